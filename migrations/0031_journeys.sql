-- Why: a journey finds what belongs together by correlation, and what it caused by causation (ADR 0032). Entries have an index by
-- correlation already, and lead to their audit events, commands and events by time and key; so only what made no entry is in the
-- first of these, and a posting pays nothing for it. The second is paid by those who name a cause.
-- Lock: SHARE on audit_event while they are built: nothing is posted for some seconds per ten million events. Risk: that pause.

create index audit_without_entry on audit.audit_event (tenant_id, correlation_id, occurred_at, audit_event_id)
  where outcome <> 'accepted' or action not in ('post', 'reverse', 'correct', 'clear_suspense_item', 'capture_hold');
create index audit_by_causation on audit.audit_event (tenant_id, causation_id, occurred_at, audit_event_id)
  where causation_id is not null;
