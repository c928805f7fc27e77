import { expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { useTestDatabase } from '../support/test-database.js'

const testDatabase = useTestDatabase()

// One line for each thing that somebody may do, or that is refused to everybody. A change of a line is a change of who may do
// what to the books: `vitest -u` writes it down, and whoever reads the commit sees it.
const rights = `
  with modules as (select oid, nspname from pg_namespace
         where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')),
       tables as (select c.* from pg_class c join modules m on m.oid = c.relnamespace where c.relkind = 'r')
  select format('schema %s: %s may %s', nspname, a.grantee::regrole, lower(a.privilege_type))
    from pg_namespace n, aclexplode(nspacl) a where n.oid in (select oid from modules)
  union all
  select format('table %s: owned by %s, row-level security %s', oid::regclass, relowner::regrole,
           case when relrowsecurity and relforcerowsecurity then 'forced' else 'NOT forced' end) from tables
  union all
  select format('table %s: %s may %s', t.oid::regclass, a.grantee::regrole, lower(a.privilege_type))
    from tables t, aclexplode(relacl) a where a.grantee <> t.relowner
  union all
  select format('table %s: %s may %s %s', t.oid::regclass, a.grantee::regrole, lower(a.privilege_type), c.attname)
    from tables t join pg_attribute c on c.attrelid = t.oid, aclexplode(c.attacl) a
  union all
  select format('policy %s on %s.%s for %s to %s: using %s, check %s', policyname, schemaname, tablename, lower(cmd),
           array_to_string(roles, ', '), coalesce(qual, '-'), coalesce(with_check, '-'))
    from pg_policies where schemaname in (select nspname from modules)
  union all
  select format('trigger %s on %s: %s', tgname, tgrelid::regclass, case tgenabled when 'A' then 'always' else 'NOT always' end)
    from pg_trigger where not tgisinternal and tgrelid in (select oid from tables)
  union all
  select format('function %s%s: %s may execute it', p.oid::regprocedure, case when prosecdef then ' as its owner' else '' end,
           case a.grantee when 0 then 'everybody' else a.grantee::regrole::text end)
    from pg_proc p, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
   where pronamespace in (select oid from modules) and a.grantee <> proowner
  union all
  select format('role %s%s%s%s', rolname, case when rolcanlogin then ' logs in' else '' end,
           case when rolsuper or rolbypassrls or rolcreaterole or rolcreatedb then ' MAY TOO MUCH' else '' end,
           coalesce(', is a member of ' || (select string_agg(m.roleid::regrole::text, ', ' order by m.roleid::regrole::text)
             from pg_auth_members m where m.member = r.oid), ''))
    from pg_roles r where rolname ~ '^plinth_[a-z]+$'
  order by 1`

test('who may do what to the books is as it was written down', async () => {
  const lines = await asAdmin(testDatabase().adminUrl, async (client) => {
    // So that every name is told in full, whoever asks.
    await client.query("set search_path = ''")
    const { rows } = await client.query<{ format: string }>(rights)
    return rows.map(({ format }) => format)
  })
  await expect(`${lines.sort().join('\n')}\n`).toMatchFileSnapshot('rights.txt')
})
