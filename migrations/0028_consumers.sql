-- Why: whoever passes events on keeps the position up to which it has, and one process at a time does it for a consumer
-- (ADR 0027). Lock: none, a new table. Risk: none.

create table outbox.consumer (
  tenant_id text collate "C" not null,
  -- E.g. 'nats'.
  consumer text collate "C" not null check (consumer ~ '^[a-z][a-z0-9:._-]{0,99}$'),
  -- The last event that was passed on; 0: none yet.
  position bigint not null check (position >= 0),
  -- Rises with each claim: whoever was overtaken moves nothing any more.
  epoch bigint not null check (epoch >= 1),
  holder text,
  leased_until timestamptz(3),
  -- Somebody else asked for it while it was held: whoever holds it for long gives it back.
  wanted_at timestamptz(3),
  moved_at timestamptz(3) not null,
  primary key (tenant_id, consumer),
  constraint a_lease_has_its_holder check ((holder is null) = (leased_until is null))
) with (fillfactor = 50);
select plinth.fence_by_tenant('outbox.consumer');
grant select, insert, update (position, epoch, holder, leased_until, wanted_at, moved_at) on outbox.consumer to plinth_outbox;
grant select on outbox.consumer to plinth_auditor;

create function outbox.refuse_consumer_change() returns trigger language plpgsql as $$
begin
  raise exception 'consumer % of %: a position moves forward, to an event that is there, and only for who holds it',
    old.consumer, old.tenant_id using errcode = 'check_violation';
end $$;
create function outbox.check_consumer_move() returns trigger language plpgsql as $$
begin
  if not exists (select from outbox.outbox_event e where e.tenant_id = new.tenant_id and e.position = new.position) then
    raise exception 'consumer % of %: there is no event %', new.consumer, new.tenant_id, new.position
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger moves_forward before update on outbox.consumer for each row
  when ((new.tenant_id = old.tenant_id and new.consumer = old.consumer and new.position >= old.position
    and new.epoch between old.epoch and old.epoch + 1
    and (new.position = old.position or (old.holder is not null and new.epoch = old.epoch))) is not true)
  execute function outbox.refuse_consumer_change();
create trigger only_to_events before update on outbox.consumer for each row
  when (new.position <> old.position) execute function outbox.check_consumer_move();
create trigger never_removed before delete on outbox.consumer for each row execute function plinth.refuse_change();
create trigger never_truncated before truncate on outbox.consumer for each statement execute function plinth.refuse_change();
alter table outbox.consumer enable always trigger moves_forward;
alter table outbox.consumer enable always trigger only_to_events;
alter table outbox.consumer enable always trigger never_removed;
alter table outbox.consumer enable always trigger never_truncated;
