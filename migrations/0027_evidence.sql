-- Why: entries get leaves in a tree with signed checkpoints, so that whoever changes one later is found (ADR 0026). Lock: none,
-- new tables. Risk: none; the first rounds of the worker seal all entries that are there, some ten thousand a second.

create schema evidence;
grant usage on schema evidence to plinth_evidence, plinth_auditor;
grant usage on schema plinth to plinth_evidence;

-- How many entries are sealed. Locked by whoever seals, so that two workers take turns.
create table evidence.tree (
  tenant_id text collate "C" primary key,
  tree_size bigint not null check (tree_size >= 0)
) with (fillfactor = 10);
select plinth.fence_by_tenant('evidence.tree');

create function evidence.refuse_shrinking() returns trigger language plpgsql as $$
begin
  if new.tenant_id <> old.tenant_id or new.tree_size <= old.tree_size then
    raise exception 'the tree of % only grows', old.tenant_id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger only_grows before update on evidence.tree for each row execute function evidence.refuse_shrinking();
create trigger never_removed before delete on evidence.tree for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on evidence.tree for each statement execute function plinth.refuse_change();
alter table evidence.tree enable always trigger only_grows;
alter table evidence.tree enable always trigger never_removed;
alter table evidence.tree enable always trigger never_truncated;

-- An entry's leaf and the salts of its parts. The salt of the details stands alone: without it nobody can try out whether
-- details that were erased had been these.
create table evidence.sealed_entry (
  tenant_id text collate "C" not null,
  entry_no bigint not null check (entry_no >= 1),
  leaf_hash bytea not null check (length(leaf_hash) = 32),
  details_salt bytea not null check (length(details_salt) = 16),
  -- 16 bytes a line, in the order of lines.
  line_salts bytea not null check (length(line_salts) >= 32 and length(line_salts) % 16 = 0),
  primary key (tenant_id, entry_no)
);
select plinth.fence_by_tenant('evidence.sealed_entry'), plinth.make_append_only('evidence.sealed_entry');

create function evidence.refuse_gaps() returns trigger language plpgsql as $$
declare broken record;
begin
  select t.tenant_id, t.first_no, t.last_no into broken
    from (select tenant_id, count(*) as entries, min(entry_no) as first_no, max(entry_no) as last_no
            from inserted group by tenant_id) t
    left join lateral (select e.entry_no from evidence.sealed_entry e
            where e.tenant_id = t.tenant_id and e.entry_no = t.first_no - 1 offset 0) before on true
   where (t.last_no - t.first_no + 1 = t.entries and (t.first_no = 1 or before.entry_no is not null)) is not true
   limit 1;
  if found then
    raise exception 'entries % to % of % are not sealed in order', broken.first_no, broken.last_no, broken.tenant_id
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger sealed_in_order after insert on evidence.sealed_entry
  referencing new table as inserted for each statement execute function evidence.refuse_gaps();
alter table evidence.sealed_entry enable always trigger sealed_in_order;

-- Hashes of complete subtrees of 16, 256, 4096 … leaves. Those between are made of at most 16 of these, so any proof reads some
-- hundred rows, and a sixteenth of a row is written an entry.
create table evidence.tree_node (
  tenant_id text collate "C" not null,
  level smallint not null check (level > 0 and level % 4 = 0),
  node_index bigint not null check (node_index >= 0),
  hash bytea not null check (length(hash) = 32),
  primary key (tenant_id, level, node_index)
);
select plinth.fence_by_tenant('evidence.tree_node'), plinth.make_append_only('evidence.tree_node');

-- The public halves of what checkpoints were signed with. The private half is never in the database.
create table evidence.signing_key (
  tenant_id text collate "C" not null,
  -- In the form of signed notes: name+key id+key.
  verifier_key text collate "C" not null check (verifier_key ~ '^[^+[:space:]]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$'),
  first_used_at timestamptz(3) not null,
  primary key (tenant_id, verifier_key)
);
select plinth.fence_by_tenant('evidence.signing_key'), plinth.make_append_only('evidence.signing_key');

create table evidence.checkpoint (
  tenant_id text collate "C" not null,
  tree_size bigint not null check (tree_size >= 1),
  root_hash bytea not null check (length(root_hash) = 32),
  -- The signed note, whole, as it is answered.
  note text not null check (note <> ''),
  verifier_key text collate "C" not null,
  made_at timestamptz(3) not null,
  primary key (tenant_id, tree_size),
  constraint its_last_entry_is_sealed foreign key (tenant_id, tree_size) references evidence.sealed_entry (tenant_id, entry_no),
  foreign key (tenant_id, verifier_key) references evidence.signing_key
);
select plinth.fence_by_tenant('evidence.checkpoint'), plinth.make_append_only('evidence.checkpoint');

create function evidence.refuse_checkpoint() returns trigger language plpgsql as $$
begin
  if exists (select from evidence.checkpoint c where c.tenant_id = new.tenant_id and c.tree_size >= new.tree_size) then
    raise exception 'a checkpoint of % that is not of more entries than the one before: %', new.tenant_id, new.tree_size
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger only_of_more before insert on evidence.checkpoint
  for each row execute function evidence.refuse_checkpoint();
alter table evidence.checkpoint enable always trigger only_of_more;

grant select, insert on evidence.sealed_entry, evidence.tree_node, evidence.signing_key, evidence.checkpoint to plinth_evidence;
grant select, insert on evidence.tree to plinth_evidence;
grant update (tree_size) on evidence.tree to plinth_evidence;
grant select on evidence.tree, evidence.sealed_entry, evidence.tree_node, evidence.signing_key, evidence.checkpoint to plinth_auditor;
