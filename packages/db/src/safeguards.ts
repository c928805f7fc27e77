/** The schemas of the modules, which hold tenants' rows and nothing else. */
export const migratedSchemas = [
  'tenancy',
  'audit',
  'outbox',
  'product',
  'account',
  'ledger',
  'evidence',
  'holds',
  'suspense',
  'posting',
  'interest',
  'fx',
  'eod',
  'reconciliation',
  'webhooks',
]

const appendOnly = ['append_only', 'never_truncated']
const kept = ['never_removed', 'never_truncated']

/**
 * The triggers by which the database refuses what the code should never do, by table. The migrations make them; this
 * list is what a database is compared with, so that one that went missing is missed. test/cli/operators.test.ts compares
 * it with a database just migrated.
 */
export const safeguardTriggers: Readonly<Record<string, readonly string[]>> = {
  'tenancy.settings': appendOnly,
  'tenancy.erasure': [...appendOnly, 'as_approved'],
  'tenancy.proposal': [...kept, 'decided_once'],
  'audit.audit_event': appendOnly,
  'outbox.outbox_event': appendOnly,
  'outbox.consumer': [...kept, 'moves_forward', 'only_to_events'],
  'product.product': [...kept, 'stays_what_it_is'],
  'product.product_version': [...kept, 'stays_as_submitted', 'begins_as_a_draft'],
  'product.version_event': appendOnly,
  'account.terms_snapshot': [...appendOnly, 'terms_move_on'],
  'account.gl_account': appendOnly,
  'account.account': kept,
  'account.balance': [...kept, 'starts_at_zero', 'versions_rise', 'within_limit', 'counting_goes_on'],
  'account.spending': kept,
  'ledger.journal_head': [...kept, 'never_back', 'years_end_once'],
  'ledger.journal_entry': [
    ...appendOnly,
    'entry_has_its_lines',
    'entry_numbers_are_dense',
    'only_into_open_years',
  ],
  'ledger.posting_line': [...appendOnly, 'entries_are_whole', 'reversals_fit', 'value_turnovers_are_kept'],
  'ledger.turnover_mark': [...appendOnly, 'marks_make_the_balance'],
  'ledger.value_turnover': appendOnly,
  'evidence.tree': [...kept, 'only_grows'],
  'evidence.sealed_entry': [...appendOnly, 'sealed_in_order'],
  'evidence.tree_node': appendOnly,
  'evidence.signing_key': appendOnly,
  'evidence.balance_day': appendOnly,
  'evidence.balance_tree': appendOnly,
  'evidence.balance_block': appendOnly,
  'evidence.checkpoint': [...appendOnly, 'only_of_more'],
  'holds.account_hold': [...kept, 'moves_forward', 'keeps_its_limits'],
  'holds.hold_event': appendOnly,
  'suspense.suspense_item': [...kept, 'stays_what_it_is'],
  'suspense.suspense_event': appendOnly,
  'posting.command': appendOnly,
  'interest.accrual': appendOnly,
  'interest.accrued': [...kept, 'moves_forward'],
  'interest.capitalisation': [...kept, 'posted_once'],
  'interest.adjustment': appendOnly,
  'interest.fee': appendOnly,
  'fx.rate': [...kept, 'begins_as_submitted', 'decided_once'],
  'fx.revaluation': [...appendOnly, 'by_an_approved_rate'],
  'eod.run': [...kept, 'moves_forward'],
  'eod.step': [...kept, 'done_once'],
  'eod.partition': [...kept, 'done_once'],
  'eod.set_aside': kept,
  'eod.control_total': [...appendOnly, 'totals_are_equal'],
  'eod.year_end': [...kept, 'moves_forward'],
  'eod.year_end_partition': [...kept, 'done_once'],
  'reconciliation.statement': [...appendOnly, 'follows_the_one_before'],
  'reconciliation.gl_extract': appendOnly,
  'reconciliation.gl_extract_row': [...appendOnly, 'extracts_are_whole'],
  'reconciliation.gl_extract_move': appendOnly,
  'reconciliation.run': appendOnly,
  'reconciliation.reconciliation_break': [...kept, 'moves_forward'],
  'reconciliation.break_event': appendOnly,
  'webhooks.webhook': [...kept, 'stays_what_it_is'],
  'webhooks.secret': [...kept, 'only_ends'],
  'webhooks.delivery': [...kept, 'moves_forward'],
}

/** Roles that PostgreSQL brings along and that reach past the grants on tables, with what each does. */
export const unsafeRoles: Readonly<Record<string, string>> = {
  pg_write_all_data: 'may write every table',
  pg_write_server_files: "may overwrite the server's files",
  pg_read_server_files: "may read the server's files",
  pg_execute_server_program: 'may run programs on the server',
}
