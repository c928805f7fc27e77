-- Why: events are sent to webhooks, in order for each, and what became of every one is kept (ADR 0028). Lock: none, new tables.
-- Risk: none; a row grows for each event that is sent to each webhook.

create schema webhooks;
grant usage on schema webhooks to plinth_webhooks, plinth_auditor;
grant usage on schema plinth to plinth_webhooks;

-- How far it is stands in outbox.consumer, under the name webhook:<id>.
create table webhooks.webhook (
  tenant_id text collate "C" not null,
  webhook_id uuid not null,
  url text not null check (url <> ''),
  description text not null,
  -- None: every type.
  event_types text[] collate "C" not null,
  -- Rises with each change by somebody; not with what the worker notes.
  revision bigint not null check (revision >= 1),
  created_at timestamptz(3) not null,
  created_by text not null,
  status text not null check (status in ('active', 'disabled')),
  disabled_reason text check (disabled_reason in ('by_hand', 'gone', 'long_failure')),
  disabled_at timestamptz(3),
  failures_in_a_row bigint not null check (failures_in_a_row >= 0),
  failing_since timestamptz(3),
  next_attempt_at timestamptz(3),
  primary key (tenant_id, webhook_id),
  constraint disabled_for_a_reason check ((status = 'disabled') = (disabled_reason is not null)
    and (status = 'disabled') = (disabled_at is not null)),
  constraint failing_since_a_failure check ((failures_in_a_row > 0) = (failing_since is not null))
) with (fillfactor = 50);
select plinth.fence_by_tenant('webhooks.webhook');

create function webhooks.refuse_webhook_change() returns trigger language plpgsql as $$
begin
  raise exception 'webhook % of % stays the one that was made, and its revision rises', old.webhook_id, old.tenant_id
    using errcode = 'check_violation';
end $$;
create trigger stays_what_it_is before update on webhooks.webhook for each row
  when ((new.tenant_id = old.tenant_id and new.webhook_id = old.webhook_id and new.created_at = old.created_at
    and new.created_by = old.created_by
    and (new.revision = old.revision + 1
      or (new.revision = old.revision and new.url = old.url and new.event_types = old.event_types
        and new.description = old.description and (new.status = old.status or new.status = 'disabled')))) is not true)
  execute function webhooks.refuse_webhook_change();
create trigger never_removed before delete on webhooks.webhook for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on webhooks.webhook for each statement execute function plinth.refuse_change();
alter table webhooks.webhook enable always trigger stays_what_it_is;
alter table webhooks.webhook enable always trigger never_removed;
alter table webhooks.webhook enable always trigger never_truncated;

-- Sealed with a key that is not in the database. The newest is valid without end; the one before for as long as it was given.
create table webhooks.secret (
  tenant_id text collate "C" not null,
  webhook_id uuid not null,
  secret_no integer not null check (secret_no >= 1),
  sealed bytea not null check (length(sealed) > 32),
  made_at timestamptz(3) not null,
  valid_until timestamptz(3),
  primary key (tenant_id, webhook_id, secret_no),
  foreign key (tenant_id, webhook_id) references webhooks.webhook
);
create unique index one_secret_without_end on webhooks.secret (tenant_id, webhook_id) where valid_until is null;
select plinth.fence_by_tenant('webhooks.secret');

create function webhooks.refuse_secret_change() returns trigger language plpgsql as $$
begin
  raise exception 'a secret of webhook % of % ends, and nothing else becomes of it', old.webhook_id, old.tenant_id
    using errcode = 'check_violation';
end $$;
create trigger only_ends before update on webhooks.secret for each row
  when ((new.tenant_id = old.tenant_id and new.webhook_id = old.webhook_id and new.secret_no = old.secret_no
    and new.sealed = old.sealed and new.made_at = old.made_at and new.valid_until is not null
    and new.valid_until <= coalesce(old.valid_until, 'infinity')) is not true)
  execute function webhooks.refuse_secret_change();
create trigger never_removed before delete on webhooks.secret for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on webhooks.secret for each statement execute function plinth.refuse_change();
alter table webhooks.secret enable always trigger only_ends;
alter table webhooks.secret enable always trigger never_removed;
alter table webhooks.secret enable always trigger never_truncated;

-- What became of an event at a webhook, from its first attempt on.
create table webhooks.delivery (
  tenant_id text collate "C" not null,
  webhook_id uuid not null,
  position bigint not null,
  event_id uuid not null,
  type text collate "C" not null,
  status text not null check (status in ('failing', 'delivered', 'dead_lettered', 'replaying')),
  attempts integer not null check (attempts >= 0),
  replays integer not null check (replays >= 0),
  first_attempt_at timestamptz(3) not null,
  last_attempt_at timestamptz(3) not null,
  response_status integer,
  failure text,
  primary key (tenant_id, webhook_id, position),
  foreign key (tenant_id, webhook_id) references webhooks.webhook,
  constraint of_an_event foreign key (tenant_id, position) references outbox.outbox_event,
  constraint fails_for_a_reason check ((status = 'delivered') = (failure is null))
) with (fillfactor = 90);
-- Few at any time: what fails, was given up or waits to be sent again.
create index not_delivered on webhooks.delivery (tenant_id, webhook_id, position) where status <> 'delivered';
select plinth.fence_by_tenant('webhooks.delivery');

create function webhooks.refuse_delivery_change() returns trigger language plpgsql as $$
begin
  raise exception 'event % of % at webhook %: what was delivered stays, and a dead letter is sent again or stays',
    old.position, old.tenant_id, old.webhook_id using errcode = 'check_violation';
end $$;
create trigger moves_forward before update on webhooks.delivery for each row
  when ((new.tenant_id = old.tenant_id and new.webhook_id = old.webhook_id and new.position = old.position
    and new.event_id = old.event_id and new.type = old.type and new.first_attempt_at = old.first_attempt_at
    and case old.status
      when 'failing' then new.status <> 'replaying' and new.replays = old.replays and new.attempts = old.attempts + 1
      when 'replaying' then new.status <> 'failing' and new.replays = old.replays and new.attempts = old.attempts + 1
      when 'dead_lettered' then new.status = 'replaying' and new.replays = old.replays + 1 and new.attempts = 0
      else false end) is not true)
  execute function webhooks.refuse_delivery_change();
create trigger never_removed before delete on webhooks.delivery for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on webhooks.delivery for each statement execute function plinth.refuse_change();
alter table webhooks.delivery enable always trigger moves_forward;
alter table webhooks.delivery enable always trigger never_removed;
alter table webhooks.delivery enable always trigger never_truncated;

grant select, insert on webhooks.webhook, webhooks.secret, webhooks.delivery to plinth_webhooks;
grant update (url, description, event_types, revision, status, disabled_reason, disabled_at, failures_in_a_row, failing_since,
  next_attempt_at) on webhooks.webhook to plinth_webhooks;
grant update (valid_until) on webhooks.secret to plinth_webhooks;
grant update (status, attempts, replays, last_attempt_at, response_status, failure) on webhooks.delivery to plinth_webhooks;
-- Not the secrets: nobody audits with them.
grant select on webhooks.webhook, webhooks.delivery to plinth_auditor;
