import type pg from 'pg'

/**
 * Each selects the rows that break a rule of the books of tenant $1 (reliability §4.4). Written without a look at what
 * `plinth verify` does, so that the two can disagree.
 */
const invariants: Readonly<Record<string, string>> = {
  'every entry balances in every currency': `
    select entry_no, currency from ledger.posting_line where tenant_id = $1
     group by 1, 2 having sum(case side when 'debit' then amount else -amount end) <> 0`,
  'every entry has its two lines or more, numbered from 1': `
    select e.entry_no from ledger.journal_entry e
      left join ledger.posting_line l on l.tenant_id = e.tenant_id and l.entry_no = e.entry_no
     where e.tenant_id = $1 group by e.entry_no, e.line_count
    having count(l.line_no) < 2 or count(l.line_no) <> e.line_count or min(l.line_no) <> 1
        or max(l.line_no) <> e.line_count or bool_or(l.amount <= 0)`,
  'every line belongs to an entry': `
    select l.entry_no, l.line_no from ledger.posting_line l
     where l.tenant_id = $1 and not exists (select from ledger.journal_entry e
            where e.tenant_id = l.tenant_id and e.entry_no = l.entry_no
              and e.booking_date = l.booking_date and e.value_date = l.value_date
              and e.entered_on is not distinct from l.entered_on)`,
  'entries are numbered 1, 2, 3 … up to the head': `
    select h.next_entry_no, x.* from ledger.journal_head h cross join lateral
      (select count(*) as n, coalesce(max(entry_no), 0) as last from ledger.journal_entry e
        where e.tenant_id = h.tenant_id) x
     where h.tenant_id = $1 and (x.n <> x.last or h.next_entry_no <> x.last + 1)`,
  'posted at and the date of making never fall as the number rises': `
    select * from (select entry_no, posted_at, coalesce(entered_on, booking_date) as made_on,
             lag(posted_at) over w as posted_before, lag(coalesce(entered_on, booking_date)) over w as made_before
        from ledger.journal_entry where tenant_id = $1 window w as (order by entry_no)) e
     where posted_at < posted_before or made_on < made_before`,
  'balances are the sums of the lines': `
    select b.account_id, b.debits, b.credits, x.* from account.balance b left join
      (select account_id, sum(amount) filter (where side = 'debit') as d,
              sum(amount) filter (where side = 'credit') as c, count(*) as n
         from ledger.posting_line where tenant_id = $1 group by 1) x on x.account_id = b.account_id
     where b.tenant_id = $1 and (b.debits <> coalesce(x.d, 0) or b.credits <> coalesce(x.c, 0)
        or b.version <> coalesce(x.n, 0))`,
  'versions of an account are dense': `
    select account_id from ledger.posting_line where tenant_id = $1
     group by 1 having min(account_version) <> 1 or max(account_version) <> count(*)`,
  'versions of an account follow the entries': `
    select * from (select account_id, entry_no, line_no,
             lag(entry_no) over w as entry_before, lag(line_no) over w as line_before
        from ledger.posting_line where tenant_id = $1
      window w as (partition by account_id order by account_version)) l
     where (entry_no, line_no) <= (entry_before, line_before)`,
  'every line carries the running balance on the normal side': `
    select * from (select l.account_id, l.account_version, l.balance_after,
             sum(case when l.side = b.normal_side then l.amount else -l.amount end)
               over (partition by l.account_id order by l.account_version) as running
        from ledger.posting_line l join account.balance b
          on b.tenant_id = l.tenant_id and b.account_id = l.account_id where l.tenant_id = $1) q
     where running <> balance_after`,
  'lines with a value date of their own are added up by its year, month and day': `
    select * from (select l.account_id, x.level, x.bucket, l.account_version,
             sum(case l.side when 'debit' then l.amount else 0 end) over w as d,
             sum(case l.side when 'credit' then l.amount else 0 end) over w as c
        from ledger.posting_line l cross join lateral (values ('year', make_date(extract(year from value_date)::int, 1, 1)),
               ('month', value_date - extract(day from value_date)::int + 1), ('day', value_date)) x (level, bucket)
       where l.tenant_id = $1 and l.value_date <> l.booking_date
      window w as (partition by l.account_id, x.level, x.bucket order by l.account_version)) l
      full join (select * from ledger.value_turnover where tenant_id = $1) t using (account_id, level, bucket, account_version)
     where (l.d = t.debits and l.c = t.credits) is not true`,
  'every 32nd line of an account is marked with what all up to it come to': `
    select * from (select account_id, account_version, sum(case side when 'debit' then amount else 0 end) over w as d,
             sum(case side when 'credit' then amount else 0 end) over w as c
        from ledger.posting_line where tenant_id = $1 window w as (partition by account_id order by account_version)) l
      full join (select * from ledger.turnover_mark where tenant_id = $1) m using (account_id, account_version)
     where (account_version % 32 = 0 and (l.d = m.debits and l.c = m.credits) is not true) or l.d is null
        or (account_version % 32 <> 0 and m.debits is not null)`,
  'the books balance in every currency': `
    select currency from account.balance where tenant_id = $1 group by 1 having sum(debits) <> sum(credits)`,
  'a limited account stands below zero only if its limit was changed or an advice took it there': `
    select b.account_id from account.balance b
     where b.tenant_id = $1 and not b.unlimited and b.credits - b.debits - b.held + b.overdraft_limit < 0
       and b.forced_row_version is null
       and not exists (select from posting.command c where c.tenant_id = $1 and c.type = 'change_terms'
            and c.outcome = 'accepted' and c.request::jsonb ->> 'accountId' = b.account_id
            and c.request::jsonb ? 'overdraftLimit')`,
  'what is held on an account is what its active holds have left': `
    select b.account_id, b.held, h.remaining from account.balance b left join
      (select account_id, sum(remaining) as remaining from holds.account_hold
        where tenant_id = $1 and status = 'active' group by 1) h on h.account_id = b.account_id
     where b.tenant_id = $1 and b.held <> coalesce(h.remaining, 0)`,
  'a hold captured what its entries took from its account, and never more than it was': `
    select h.hold_id, h.captured, x.taken from holds.account_hold h left join
      (select e.hold_id, l.account_id, sum(case l.side when 'debit' then l.amount else -l.amount end) as taken
         from ledger.journal_entry e join ledger.posting_line l using (tenant_id, entry_no)
        where e.tenant_id = $1 and e.hold_id is not null group by 1, 2) x
        on x.hold_id = h.hold_id and x.account_id = h.account_id
     where h.tenant_id = $1 and (h.captured <> coalesce(x.taken, 0) or h.captured > h.amount)`,
  'a hold is as its last change left it': `
    select h.hold_id from holds.account_hold h where h.tenant_id = $1 and not exists (select from holds.hold_event e
      where e.tenant_id = h.tenant_id and e.hold_id = h.hold_id and e.version = h.version and e.status = h.status
        and e.captured = h.captured and e.remaining = h.remaining and e.expires_at is not distinct from h.expires_at)`,
  'no more is taken back of a line than it was, on its other side': `
    select o.entry_no, o.line_no from ledger.posting_line r join ledger.posting_line o
        on o.tenant_id = r.tenant_id and o.entry_no = r.reverses_entry_no and o.line_no = r.reverses_line_no
     where r.tenant_id = $1 group by o.entry_no, o.line_no, o.amount, o.side, o.account_id
    having sum(r.amount) > o.amount or bool_or(r.side = o.side) or bool_or(r.account_id <> o.account_id)`,
  'nothing is posted or held on a closed account': `
    select account_id from account.balance
     where tenant_id = $1 and status = 'closed' and (debits <> credits or held <> 0)`,
  'an entry has its one command, an accepted posting its one entry and a correction its two': `
    select coalesce(c.idempotency_key, e.entry_no::text) as what from
      (select idempotency_key, entry_no from posting.command where tenant_id = $1 and entry_no is not null
       union all select idempotency_key, entry_no from posting.command
        where tenant_id = $1 and type in ('post', 'reverse', 'capture_hold', 'correct') and outcome = 'accepted' and entry_no is null
       union all select idempotency_key, entry_no + 1 from posting.command
        where tenant_id = $1 and type = 'correct' and outcome = 'accepted') c
      full join (select * from ledger.journal_entry where tenant_id = $1) e on e.entry_no = c.entry_no
     where c.entry_no is null or e.entry_no is null
    union all select entry_no::text from posting.command where tenant_id = $1 and entry_no is not null
     group by 1 having count(*) > 1`,
  'every command has its one audit event, with the same outcome': `
    select coalesce(c.idempotency_key, a.idempotency_key) as key from
      (select * from posting.command where tenant_id = $1) c full join
      (select idempotency_key, outcome, action from audit.audit_event
        where tenant_id = $1 and idempotency_key is not null and outcome <> 'denied') a
        on a.idempotency_key = c.idempotency_key
     where a.outcome is distinct from c.outcome or a.action is distinct from c.type
    union all select idempotency_key from audit.audit_event
     where tenant_id = $1 and idempotency_key is not null group by 1 having count(*) > 1`,
  'every entry has its one outbox event': `
    select e.entry_no from ledger.journal_entry e left join outbox.outbox_event o
        on o.tenant_id = e.tenant_id and o.subject = e.entry_id::text and o.type = 'plinth.journal_entry.posted.v1'
     where e.tenant_id = $1 group by 1 having count(o.position) <> 1`,
  'outbox positions are dense up to the head: one for each accepted command, two for a correction, two for a closed day or a final year, one for an approved rate': `
    select h.next_event_position, x.* from ledger.journal_head h cross join lateral
      (select count(*) as n, coalesce(max(position), 0) as last,
              (select coalesce(sum(case c.type when 'correct' then 2 else 1 end), 0) from posting.command c where c.tenant_id = $1 and c.outcome = 'accepted')
            + (select coalesce(sum(case r.status when 'completed' then 2 else 1 end), 0) from eod.run r where r.tenant_id = $1)
            + (select coalesce(sum(case y.status when 'final' then 2 else 1 end), 0) from eod.year_end y where y.tenant_id = $1)
            + (select count(*) from fx.rate r where r.tenant_id = $1 and r.status = 'approved') as told
         from outbox.outbox_event o where o.tenant_id = h.tenant_id) x
     where h.tenant_id = $1 and (x.n <> x.last or h.next_event_position <> x.last + 1 or x.n <> x.told)`,
  'entries are told in the order of their numbers': `
    select * from (select o.position, lag(o.position) over (order by e.entry_no) as before
        from ledger.journal_entry e join outbox.outbox_event o
          on o.tenant_id = e.tenant_id and o.subject = e.entry_id::text and o.type = 'plinth.journal_entry.posted.v1' where e.tenant_id = $1) q
     where position <= before`,
  'a line is of an account of its own tenant, currency and GL account': `
    select l.entry_no, l.line_no from ledger.posting_line l
     where l.tenant_id = $1 and not exists (select from account.account a
            where a.tenant_id = l.tenant_id and a.account_id = l.account_id
              and a.currency = l.currency and a.gl_code = l.gl_code)`,
  'an account, its balance row and its GL account agree': `
    select coalesce(a.account_id, b.account_id) as account_id from
      (select * from account.account where tenant_id = $1) a full join
      (select * from account.balance where tenant_id = $1) b on b.account_id = a.account_id
      left join account.gl_account g on g.tenant_id = $1 and g.code = a.gl_code
     where (a.gl_code = b.gl_code and a.currency = b.currency and g.normal_side = b.normal_side and g.postable)
           is not true`,
}

/** The first rows that break each broken rule; empty when the books are in order. One snapshot. */
export async function brokenInvariants(admin: pg.Pool, tenantId: string): Promise<Record<string, unknown[]>> {
  const client = await admin.connect()
  const broken: Record<string, unknown[]> = {}
  try {
    await client.query('begin isolation level repeatable read read only')
    for (const [rule, sql] of Object.entries(invariants)) {
      const { rows } = await client.query(`select * from (${sql}) broken limit 5`, [tenantId])
      if (rows.length > 0) broken[rule] = rows
    }
    await client.query('commit')
  } finally {
    client.release()
  }
  return broken
}
