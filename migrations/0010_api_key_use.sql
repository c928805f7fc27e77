-- Why: a key that nobody uses should be seen and revoked. Lock: ACCESS EXCLUSIVE on api_key for a moment. Risk: none.

alter table tenancy.api_key add column last_used_at timestamptz(3);
grant update (last_used_at) on tenancy.api_key to plinth_tenancy;
grant select (last_used_at) on tenancy.api_key to plinth_auditor;
