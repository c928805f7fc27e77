export type {
  CallContent,
  CallPath,
  CallResult,
  CommandContent,
  CommandPath,
  CommandResult,
  ListItem,
  ListPath,
  ReadContent,
  ReadPath,
  ReadResult,
} from './api.js'
export {
  type CallOptions,
  type ClientOptions,
  type CommandOptions,
  openClient,
  type PlinthClient,
  type Prepared,
} from './client.js'
export type { EventsWanted, PlinthEvent } from './events.js'
export { type FeedEvent, type Inbox, inboxTables, openInbox } from './inbox.js'
export { type KeptCommand, type KeptCommands, KeyTaken, keepInMemory } from './kept-commands.js'
export { type KeptFile, keepInFile } from './kept-in-file.js'
export { type KeptInPostgres, keepInPostgres, keptCommandsTable } from './kept-in-postgres.js'
export type { components, paths } from './openapi-types.js'
export {
  type Accepted,
  acceptedBody,
  NotAccepted,
  type Outcome,
  PlinthProblem,
  PlinthUnavailable,
  type Problem,
  type Refused,
  type Rejected,
  type Unknown,
} from './outcome.js'
export type { Backoff } from './patience.js'
export type { SqlQuery } from './sql-query.js'
export { readWebhook, type WebhookDelivery, WebhookRefused, type WebhookTrust } from './webhook.js'
