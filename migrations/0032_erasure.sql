-- Why: the details of an entry can be erased, by two people and with a record of it, and nothing else of what is kept for ever can
-- (ADR 0033). Lock: ACCESS EXCLUSIVE on journal_entry, sealed_entry, command, proposal and outbox_event for a moment: columns without
-- a default are added and triggers exchanged, nothing is rewritten; SHARE on command and outbox_event while the two partial indexes
-- are built, which read the tables once and hold a few rows. Risk: nothing is posted meanwhile, a second for a million commands.

-- A canonical request, or the JSON of one, without the texts of its entry.
create function plinth.without_texts(request jsonb) returns jsonb language sql immutable parallel safe
  return case
    when request ->> 'type' = 'correct' then
      jsonb_set(request #- '{posting,description}' #- '{posting,reference}' #- '{posting,endToEndId}', '{posting,metadata}', '{}', false)
    when request ->> 'type' in ('post', 'capture_hold') then
      jsonb_set(request - '{description,reference,endToEndId}'::text[], '{metadata}', '{}', false)
    -- The hash of a payload would let texts be tried out.
    when request ->> 'type' = 'decide_proposal' then request - 'payloadHash'
    else request
  end;

-- Whose details were erased, by which proposal. It stands before the modules that erase, and each of them asks for it.
create table tenancy.erasure (
  tenant_id text collate "C" not null references tenancy.tenant,
  entry_id uuid not null,
  -- The entry that was named: this one, or the one whose texts this one repeats.
  named_entry_id uuid not null,
  legal_basis text not null check (legal_basis <> ''),
  erased_at timestamptz(3) not null,
  proposal_id uuid not null,
  -- The proposal by which the entry itself was made, if it was: its payload has the same texts.
  made_by_proposal_id uuid,
  primary key (tenant_id, entry_id),
  foreign key (tenant_id, proposal_id) references tenancy.proposal,
  foreign key (tenant_id, made_by_proposal_id) references tenancy.proposal
);
create index erasure_by_making on tenancy.erasure (tenant_id, made_by_proposal_id) where made_by_proposal_id is not null;
create index erasure_by_proposal on tenancy.erasure (tenant_id, proposal_id);
select plinth.fence_by_tenant('tenancy.erasure'), plinth.make_append_only('tenancy.erasure');
grant select, insert on tenancy.erasure to plinth_tenancy;
grant select on tenancy.erasure to plinth_auditor;

-- Two people: a proposal is approved by somebody else than its maker (nobody_decides_their_own).
create function tenancy.refuse_erasure() returns trigger language plpgsql as $$
begin
  if not exists (select from tenancy.proposal p
                  where p.tenant_id = new.tenant_id and p.proposal_id = new.proposal_id and p.action = 'erase_details'
                    and p.status = 'approved' and p.payload::jsonb ->> 'entryId' = new.named_entry_id::text
                    and p.payload::jsonb ->> 'legalBasis' = new.legal_basis) then
    raise exception 'entry %: its details are not erased without an approved proposal that says so', new.entry_id
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger as_approved before insert on tenancy.erasure for each row execute function tenancy.refuse_erasure();
alter table tenancy.erasure enable always trigger as_approved;

-- What the triggers of the tables that lose texts ask. All that changes a row below is a function of the owner: the modules may call
-- it and still have no right to change a row that stays for ever.
-- Only an entry of a kind that repeats texts may be erased with another that was named.
create function tenancy.is_erased(of_tenant text, of_entry uuid, repeats boolean, at timestamptz, under text) returns boolean
  language sql stable
  return exists (select from tenancy.erasure e
                  where e.tenant_id = of_tenant and e.entry_id = of_entry and (e.named_entry_id = of_entry or repeats)
                    and e.erased_at = at and e.legal_basis = under);
create function tenancy.payload_is_erased(of_tenant text, of_proposal uuid) returns boolean
  language sql stable
  return exists (select from tenancy.erasure e where e.tenant_id = of_tenant and e.made_by_proposal_id = of_proposal);
revoke execute on function tenancy.is_erased(text, uuid, boolean, timestamptz, text), tenancy.payload_is_erased(text, uuid) from public;

-- A decided proposal, whose entry's details were erased, loses the same texts. Called for every change that is no decision.
create or replace function tenancy.refuse_proposal_change() returns trigger language plpgsql as $$
begin
  if old.status <> 'pending' and (to_jsonb(new) - '{payload,payload_hash}'::text[]) = (to_jsonb(old) - '{payload,payload_hash}'::text[])
     and new.payload::jsonb = plinth.without_texts(old.payload::jsonb)
     and tenancy.payload_is_erased(old.tenant_id, old.proposal_id) then
    return new;
  end if;
  raise exception 'proposal %: it is decided once, and nothing else of it ever changes', old.proposal_id
    using errcode = 'check_violation';
end $$;
create function tenancy.erase_payload(of_tenant text, of_proposal uuid, new_payload text) returns bigint
  language sql security definer set search_path = '' as $$
  with changed as (
    update tenancy.proposal set payload = new_payload, payload_hash = sha256(convert_to(new_payload, 'UTF8'))
     where tenant_id = of_tenant and proposal_id = of_proposal returning 1)
  select count(*) from changed $$;
revoke execute on function tenancy.erase_payload(text, uuid, text) from public;
grant execute on function tenancy.erase_payload(text, uuid, text) to plinth_tenancy;

-- What was told of such a proposal: its events repeat the payload.
create index event_of_proposal on outbox.outbox_event (tenant_id, subject)
  where type in ('plinth.proposal.made.v1', 'plinth.proposal.decided.v1');
create function outbox.refuse_event_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.type in ('plinth.proposal.made.v1', 'plinth.proposal.decided.v1')
     and (to_jsonb(new) - 'data') = (to_jsonb(old) - 'data')
     and (new.data - '{payload,payloadHash}'::text[]) = (old.data - '{payload,payloadHash}'::text[])
     and new.data -> 'payload' = plinth.without_texts(old.data -> 'payload')
     and tenancy.payload_is_erased(old.tenant_id, old.subject::uuid) then
    return new;
  end if;
  raise exception 'rows of %.% are never changed or removed', tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
drop trigger append_only on outbox.outbox_event;
create trigger append_only before update or delete on outbox.outbox_event
  for each row execute function outbox.refuse_event_change();
alter table outbox.outbox_event enable always trigger append_only;
create function outbox.erase_payloads(of_tenant text, of_proposal text, payload_hash text) returns bigint
  language sql security definer set search_path = '' as $$
  with changed as (
    update outbox.outbox_event
       set data = jsonb_set(jsonb_set(data, '{payload}', plinth.without_texts(data -> 'payload')), '{payloadHash}', to_jsonb(payload_hash))
     where tenant_id = of_tenant and subject = of_proposal
       and type in ('plinth.proposal.made.v1', 'plinth.proposal.decided.v1') returning 1)
  select count(*) from changed $$;
revoke execute on function outbox.erase_payloads(text, text, text) from public;
grant execute on function outbox.erase_payloads(text, text, text) to plinth_outbox;

-- The journal: four texts go, and the entry says since when and on what ground.
alter table ledger.journal_entry
  add column details_erased_at timestamptz(3),
  add column details_erased_under text;
alter table ledger.journal_entry
  add constraint nothing_is_left_of_erased_details check (
    case when details_erased_at is null then details_erased_under is null
         else details_erased_under is not null and description is null and reference is null and end_to_end_id is null
              and metadata = '{}' end) not valid;
create function ledger.refuse_entry_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.details_erased_at is null and new.details_erased_at is not null
     and (to_jsonb(new) - '{description,reference,end_to_end_id,metadata,details_erased_at,details_erased_under}'::text[])
       = (to_jsonb(old) - '{description,reference,end_to_end_id,metadata,details_erased_at,details_erased_under}'::text[])
     and tenancy.is_erased(old.tenant_id, old.entry_id, old.kind in ('reversal', 'correction', 'suspense_clearing'),
           new.details_erased_at, new.details_erased_under) then
    return new;
  end if;
  raise exception 'rows of %.% are never changed or removed', tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
drop trigger append_only on ledger.journal_entry;
create trigger append_only before update or delete on ledger.journal_entry
  for each row execute function ledger.refuse_entry_change();
alter table ledger.journal_entry enable always trigger append_only;
create function ledger.erase_details(of_tenant text, entry_nos bigint[], at timestamptz, under text) returns bigint
  language sql security definer set search_path = '' as $$
  with changed as (
    update ledger.journal_entry
       set description = null, reference = null, end_to_end_id = null, metadata = '{}',
           details_erased_at = at, details_erased_under = under
     where tenant_id = of_tenant and entry_no = any (entry_nos) and details_erased_at is null returning 1)
  select count(*) from changed $$;
revoke execute on function ledger.erase_details(text, bigint[], timestamptz, text) from public;
grant execute on function ledger.erase_details(text, bigint[], timestamptz, text) to plinth_ledger;

create function ledger.details_are_erased(of_tenant text, of_entry_no bigint) returns boolean
  language sql stable
  return exists (select from ledger.journal_entry e
                  where e.tenant_id = of_tenant and e.entry_no = of_entry_no and e.details_erased_at is not null);
revoke execute on function ledger.details_are_erased(text, bigint) from public;

-- The evidence: the salt goes, what it committed to stays, and with it the leaf.
alter table evidence.sealed_entry alter column details_salt drop not null;
alter table evidence.sealed_entry add column details_commitment bytea;
alter table evidence.sealed_entry
  add constraint salt_or_commitment check ((details_salt is null) = (details_commitment is not null)) not valid,
  add constraint commitments_are_hashes check (length(details_commitment) = 32) not valid;
create function evidence.refuse_sealed_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.details_salt is not null and new.details_salt is null
     and (to_jsonb(new) - '{details_salt,details_commitment}'::text[]) = (to_jsonb(old) - '{details_salt,details_commitment}'::text[])
     and ledger.details_are_erased(old.tenant_id, old.entry_no) then
    return new;
  end if;
  raise exception 'rows of %.% are never changed or removed', tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
drop trigger append_only on evidence.sealed_entry;
create trigger append_only before update or delete on evidence.sealed_entry
  for each row execute function evidence.refuse_sealed_change();
alter table evidence.sealed_entry enable always trigger append_only;
create function evidence.erase_salts(of_tenant text, entry_nos bigint[], commitments text[]) returns bigint
  language sql security definer set search_path = '' as $$
  with changed as (
    update evidence.sealed_entry s set details_salt = null, details_commitment = decode(k.commitment, 'hex')
      from unnest(entry_nos, commitments) as k (entry_no, commitment)
     where s.tenant_id = of_tenant and s.entry_no = k.entry_no and s.details_salt is not null returning 1)
  select count(*) from changed $$;
revoke execute on function evidence.erase_salts(text, bigint[], text[]) from public;
grant execute on function evidence.erase_salts(text, bigint[], text[]) to plinth_evidence;

-- Recorded commands: the texts go out of the request of what made the entry, and of what proposed it and decided on that.
alter table posting.command add column texts_erased boolean;
create index command_on_proposal on posting.command (tenant_id, idempotency_key) where type in ('propose', 'decide_proposal');
create function posting.is_command_without_texts(new_row posting.command, old_row posting.command) returns boolean
  language plpgsql stable as $$
declare
  said jsonb := old_row.request::jsonb;
  says jsonb := new_row.request::jsonb;
  answered jsonb;
  answers jsonb;
begin
  case old_row.type
    when 'post', 'capture_hold' then
      return says = plinth.without_texts(said) and new_row.answer is not distinct from old_row.answer
         and ledger.details_are_erased(old_row.tenant_id, old_row.entry_no);
    when 'correct' then
      -- Its second entry is the one with the texts of the request.
      return says = plinth.without_texts(said) and new_row.answer is not distinct from old_row.answer
         and ledger.details_are_erased(old_row.tenant_id, old_row.entry_no + 1);
    when 'propose', 'decide_proposal' then
      answered := old_row.answer::jsonb;
      answers := new_row.answer::jsonb;
      return case old_row.type
             when 'propose' then (says - 'proposed') = (said - 'proposed')
               and (says ->> 'proposed')::jsonb = plinth.without_texts((said ->> 'proposed')::jsonb)
             else says = plinth.without_texts(said) end
         and (answers - '{payload,payloadHash}'::text[]) = (answered - '{payload,payloadHash}'::text[])
         and (answers -> 'payload') is not distinct from plinth.without_texts(answered -> 'payload')
         and tenancy.payload_is_erased(old_row.tenant_id, coalesce(answered ->> 'proposalId', said ->> 'proposalId')::uuid);
    else return false;
  end case;
end $$;
revoke execute on function posting.is_command_without_texts(posting.command, posting.command) from public;
create function posting.refuse_command_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.texts_erased
     and (to_jsonb(new) - '{request,answer,texts_erased}'::text[]) = (to_jsonb(old) - '{request,answer,texts_erased}'::text[])
     and posting.is_command_without_texts(new, old) then
    return new;
  end if;
  raise exception 'rows of %.% are never changed or removed', tg_table_schema, tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;
drop trigger append_only on posting.command;
create trigger append_only before update or delete on posting.command
  for each row execute function posting.refuse_command_change();
alter table posting.command enable always trigger append_only;
create function posting.erase_texts(of_tenant text, keys text[], requests text[], answers text[]) returns bigint
  language sql security definer set search_path = '' as $$
  with changed as (
    update posting.command c set request = k.request, answer = k.answer, texts_erased = true
      from unnest(keys, requests, answers) as k (idempotency_key, request, answer)
     where c.tenant_id = of_tenant and c.idempotency_key = k.idempotency_key returning 1)
  select count(*) from changed $$;
revoke execute on function posting.erase_texts(text, text[], text[], text[]) from public;
grant execute on function posting.erase_texts(text, text[], text[], text[]) to plinth_posting;
