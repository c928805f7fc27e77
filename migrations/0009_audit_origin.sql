-- Why: an audit event says through which client, for whom and from where. Lock: ACCESS EXCLUSIVE on audit_event for a moment;
-- the columns are NULL for what is there. Risk: none.

alter table audit.audit_event
  add column client text,
  add column on_behalf_of text,
  add column origin text;
