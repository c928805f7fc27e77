import type { Database, MigrationReport } from '@plinth/db'
import type { AnchorsCompared } from '@plinth/evidence'
import type { Verifier } from '@plinth/evidence/domain'
import type { BusinessDate, IdempotencyKey, TenantId } from '@plinth/kernel'
import type { Books, Command, PostingEngine, Submission } from '@plinth/posting'
import type { Role, Tenant } from '@plinth/tenancy'
import type { WebhookDesk } from '@plinth/webhooks'

/** What the composition root gives to the commands. Made by packages/app. */
export interface CliRuntime {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly settings: CliSettings
  /** Where `.plinth` is: the embedded PostgreSQL's data, tokens. */
  readonly dataDir: string
  /** The database of migrations: PLINTH_DATABASE_URL, or the embedded server, started or adopted and given back after `work`. */
  withAdminUrl<T>(work: (adminUrl: string) => Promise<T>): Promise<T>
  /** Both URLs, unopened: for `doctor`. */
  withUrls<T>(work: (urls: DatabaseUrls) => Promise<T>): Promise<T>
  /** The books under the runtime role. Everything is closed after `work`. */
  withPlinth<T>(work: (plinth: Plinth) => Promise<T>): Promise<T>
  /** Makes the roles and runs what is pending. */
  migrate(log: (line: string) => void): Promise<MigrationReport>
  /** A tenant with open books and an API key for each role. What makes no sense is refused before the database is asked. */
  createTenant(wanted: TenantRequest): Promise<NewTenant>
  /** What the tenant's checkpoints may be signed with, by this installation's key file; undefined: there is none here. */
  trustedKeys(tenantId: TenantId): Promise<readonly Verifier[] | undefined>
  /** The books of all tenants beside the checkpoints in PLINTH_ANCHOR; undefined without such a place. */
  compareAnchor(): Promise<readonly AnchorReport[] | undefined>
  /** Says in PLINTH_ANCHOR that a tenant's books were restored, and go on without what was anchored behind them. */
  acceptRestoration(of: { readonly tenantId: TenantId; readonly reason: string }): Promise<AnchorReport>
  /** What webhooks are looked after with. */
  readonly webhooks: WebhookDesk
  /** The tenant `demo`, as `start` makes it; changes nothing the second time. With days it lives for so many. */
  makeDemo(days?: DemoDays): Promise<Demo>
  /** A failure in plain words; undefined for a fault of Plinth itself. */
  explain(error: unknown): { readonly message: string; readonly exitCode: number } | undefined
  /** Runs the HTTP server until SIGINT or SIGTERM. `start` also migrates, makes the demo tenant and greets. */
  serve(options: { port: number; demo: boolean }): Promise<void>
  /** Runs the worker until SIGINT or SIGTERM. */
  work(): Promise<void>
}

/** The configuration as far as commands ask for it; reading it fails with a sentence that names the variable. */
export interface CliSettings {
  /** Undefined: the embedded PostgreSQL, or only the runtime role's URL is known. */
  readonly databaseUrl: string | undefined
  readonly serveDatabaseUrl: string | undefined
  readonly host: string
  readonly port: number
  /** Every module's statements run under its own role. */
  readonly strictRoles: boolean
  /** Of `--tenant` when it is not given. */
  readonly tenant: TenantId
}

export interface DatabaseUrls {
  /** Undefined: only the runtime role's is known. */
  readonly adminUrl: string | undefined
  readonly serveUrl: string
}

/** An open connection to the books, for one command of the command line. */
export interface Plinth {
  readonly database: Database
  readonly posting: PostingEngine
  /** The tenant of `--tenant` or PLINTH_TENANT (default `demo`), with its currencies. */
  books(tenantId: TenantId): Promise<Books>
  /** A command of this process's own, ready for the posting engine. */
  submission(books: Books, command: Command, key: IdempotencyKey): Submission
  /** Who is at the terminal, as audit events name them: `cli:<user>`. */
  readonly subject: string
  /** A UUIDv7. */
  newId(): string
}

export interface TenantRequest {
  readonly tenantId: string
  readonly name?: string | undefined
  readonly baseCurrency?: string | undefined
  readonly timeZone?: string | undefined
  /** Default: today in its time zone. */
  readonly businessDate?: string | undefined
  /** Own currencies, code to decimals. */
  readonly currencies?: Readonly<Record<string, number>> | undefined
}

export interface NewTenant {
  readonly tenant: Tenant
  readonly tokens: Readonly<Record<Role, string>>
}

export interface Demo {
  readonly tenantId: TenantId
  readonly businessDate: BusinessDate
  readonly tokensFile: string
  readonly tokens: Readonly<Record<Role, string>>
  /** False: everything was there already. */
  readonly changed: boolean
  readonly lived?: LivedDays
}

/** For how many business days the demo bank is to live. */
export interface DemoDays {
  readonly days: number
  progressed(of: { readonly date: BusinessDate; readonly done: number; readonly of: number }): void
  /** Asked between two days. */
  stopped(): boolean
}

/** How a tenant's books stand to what was kept of them outside. */
export interface AnchorReport extends AnchorsCompared {
  readonly tenantId: TenantId
}

/** What came of it. */
export interface LivedDays {
  readonly days: number
  readonly from: BusinessDate
  /** That follows the last of them. */
  readonly businessDate: BusinessDate
  readonly postings: number
  /** For want of money. */
  readonly rejected: number
  readonly statements: number
}

/** Contract §7. */
export const exitCodes = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const

/** Ends the command with a plain sentence on standard error and an exit code of contract §7. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.refused,
  ) {
    super(message)
  }
}
