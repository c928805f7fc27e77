/**
 * What the embedded server runs with: durable as a bank's books must be, sized for a laptop. Every setting exists,
 * with this value allowed, in PostgreSQL 15 to 18.
 */
export const serverSettings: Readonly<Record<string, string>> = {
  // The Unix socket is the only way in, so there is no TCP port to clash and none to protect.
  listen_addresses: '',
  port: '5432',
  max_connections: '100',
  // A confirmed posting survives a crash of the machine. These are defaults; stated because everything rests on them.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '256MB',
  // Room for about five minutes of full load between checkpoints, spread over most of that time.
  max_wal_size: '2GB',
  checkpoint_completion_target: '0.9',
  wal_compression: 'on',
  // Solid-state disks: a random read costs hardly more than the next one.
  random_page_cost: '1.1',
  // A client that is gone must not keep its locks.
  client_connection_check_interval: '1s',
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] %q%u@%d ',
}

/** The settings as arguments of `postgres`: these win over every file, so an edited file cannot weaken them. */
export function settingsAsArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
