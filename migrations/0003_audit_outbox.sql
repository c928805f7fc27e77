-- Why: the audit trail and the events of every change, written in its transaction. Lock: none, new tables. Risk: none.

create schema audit;
grant usage on schema audit to plinth_audit, plinth_auditor;

create table audit.audit_event (
  tenant_id text collate "C" not null,
  audit_event_id uuid not null,
  occurred_at timestamptz(3) not null,
  subject text not null,
  roles text[] not null,
  action text not null,
  object text,
  outcome text not null check (outcome in ('accepted', 'rejected', 'denied')),
  code text check ((code is null) = (outcome = 'accepted')),
  idempotency_key text,
  correlation_id text not null,
  causation_id text,
  primary key (tenant_id, audit_event_id)
);
select plinth.fence_by_tenant('audit.audit_event'), plinth.make_append_only('audit.audit_event');
grant select, insert on audit.audit_event to plinth_audit;
grant select on audit.audit_event to plinth_auditor;

create schema outbox;
grant usage on schema outbox to plinth_outbox, plinth_auditor;

create table outbox.outbox_event (
  tenant_id text collate "C" not null,
  -- Dense per tenant, from the journal head: "everything after n" misses nothing (ADR 0003).
  position bigint not null check (position > 0),
  event_id uuid not null,
  type text not null,
  subject text not null,
  occurred_at timestamptz(3) not null,
  correlation_id text not null,
  causation_id text,
  -- What happened, unless the subject names an immutable thing that says it: a journal entry is rendered when it is read.
  data jsonb,
  primary key (tenant_id, position)
);
select plinth.fence_by_tenant('outbox.outbox_event'), plinth.make_append_only('outbox.outbox_event');
grant select, insert on outbox.outbox_event to plinth_outbox;
grant select on outbox.outbox_event to plinth_auditor;
