-- Why: the rules every schema shares. Lock: none, nothing exists yet. Risk: none.
-- The roles are made before the first migration (packages/db/src/roles.ts); every object here belongs to plinth_owner.

revoke all on schema public from public;

create schema plinth;
grant usage on schema plinth to plinth_tenancy, plinth_audit, plinth_outbox, plinth_account, plinth_ledger, plinth_posting,
  plinth_auditor;

-- The tenant of the running transaction, or NULL: a custom setting is '' after its transaction ended.
create function plinth.current_tenant() returns text
  language sql stable parallel safe
  return nullif(current_setting('plinth.tenant', true), '');

create function plinth.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of %.% are never changed or removed', tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

-- Append-only also for whoever sets session_replication_role: ENABLE ALWAYS.
create function plinth.make_append_only(target regclass) returns void language plpgsql as $$
begin
  execute format('create trigger append_only before update or delete on %s for each row execute function plinth.refuse_change()', target);
  execute format('create trigger never_truncated before truncate on %s for each statement execute function plinth.refuse_change()', target);
  execute format('alter table %s enable always trigger append_only', target);
  execute format('alter table %s enable always trigger never_truncated', target);
end $$;
revoke execute on function plinth.make_append_only(regclass) from public;

-- A tenant sees and writes its own rows only; without a tenant there are none.
create function plinth.fence_by_tenant(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy own_tenant on %s using (tenant_id = (select plinth.current_tenant())) with check (tenant_id = (select plinth.current_tenant()))', target);
end $$;
revoke execute on function plinth.fence_by_tenant(regclass) from public;
