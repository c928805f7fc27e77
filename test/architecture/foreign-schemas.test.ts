import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { backwardKeysIn, foreignSchemasIn, schemas } from './foreign-schemas.js'
import { filesBelow, repositoryRoot } from './workspace-copy.js'

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8')

/** Every source file that holds SQL: the whole of each module, since a wiring file could hide some too. */
function sourcesOf(module: string): string[] {
  const folder = `packages/${module}/src`
  if (!existsSync(join(repositoryRoot, folder, 'infrastructure'))) return []
  return filesBelow(join(repositoryRoot, folder, 'infrastructure'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/infrastructure/${file}`)
}

describe('a module speaks of its own schema only', () => {
  test.each([
    // what is planted                                            source
    [
      'a join in a template',
      'const t = sql`select 1 from account.balance b join ledger.posting_line l using (id)`',
    ],
    ['a built statement', "door.build.selectFrom('ledger.posting_line').select('amount')"],
    ['quoted names', `const t = 'select * from "ledger"."posting_line"'`],
    ['capitals', "const t = 'SELECT * FROM LEDGER.POSTING_LINE'"],
    ['a table under another name', "door.build.selectFrom('ledger.posting_line as line')"],
    ['a table whose name is put in', 'const t = sql`select * from ledger.${table}`'],
    ['a table type', "interface AccountTables { 'ledger.posting_line': { id: string } }"],
    ['a function', "const t = 'select ledger.assert_entries_balance()'"],
    ['the middle of a template', 'const t = sql`select ${a} from ledger.journal_head where ${b}`'],
    ["another module's door", "const door = sqlDoor<LedgerTables>('ledger')"],
    ['a door that is named elsewhere', 'const door = sqlDoor<LedgerTables>(name)'],
  ])('%s is refused', (_, source) => {
    expect(foreignSchemasIn('account', 'planted.ts', source)).toHaveLength(1)
  })

  test.each([
    ['its own tables', "const door = sqlDoor<AccountTables>('account').build.selectFrom('account.balance')"],
    ['a property of an object of that name', 'const id = account.id + ledger.head'],
    ['an import', "import { decide } from '@plinth/account/domain'"],
    ['a comment', '// ledger.posting_line is the ledger’s own\nconst t = 1'],
    ['a sentence', "invariant(ok, 'every line is in the ledger.', {})"],
    ['a longer name', "const t = 'select account.ledger.x, subledger.line'"],
  ])('%s is allowed', (_, source) => {
    expect(foreignSchemasIn('account', 'planted.ts', source)).toEqual([])
  })

  test('the SQL of the modules is found', () => {
    expect(schemas.filter((module) => sourcesOf(module).length === 0)).toEqual([])
  })

  test('no SQL in the packages names the schema of another module', () => {
    const findings = schemas.flatMap((module) =>
      sourcesOf(module).flatMap((path) => foreignSchemasIn(module, path, read(path))),
    )
    expect(findings).toEqual([])
  })
})

describe('foreign keys point towards earlier modules', () => {
  test.each([
    [
      'a new table',
      'create table if not exists account.balance (id text references ledger.journal_entry (id));',
    ],
    [
      'a later constraint',
      'alter table account.balance add constraint x foreign key (a)\n  references posting.command;',
    ],
  ])('%s that points at a later one is refused', (_, sql) => {
    expect(backwardKeysIn('planted.sql', sql)).toHaveLength(1)
  })

  test('a key towards an earlier module or the own one is allowed', () => {
    const sql = `create table ledger.posting_line (a text references account.account, b text references ledger.journal_entry);
      -- alter table account.balance add foreign key (a) references ledger.journal_entry;`
    expect(backwardKeysIn('planted.sql', sql)).toEqual([])
  })

  test('no migration points the other way', () => {
    const migrations = filesBelow(join(repositoryRoot, 'migrations')).filter((file) => file.endsWith('.sql'))
    expect(migrations.flatMap((file) => backwardKeysIn(file, read(`migrations/${file}`)))).toEqual([])
  })
})
