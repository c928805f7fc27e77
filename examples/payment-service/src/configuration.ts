/** How the service is set up. */
export interface Configuration {
  readonly databaseUrl: string
  readonly port: number
  readonly plinthUrl: string
  readonly plinthToken: string
  readonly railUrl: string
  readonly railAccount: string
  readonly suspenseAccount: string
  readonly railTimeoutMs: number
  readonly railValidMs: number
  readonly patienceMs: number
  readonly executeWithinMs: number
  readonly reconcileMs: number
}

/** Reads the environment; fails with a sentence that names the variable. */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const text = (name: string, otherwise?: string): string => {
    const value = environment[name] ?? otherwise
    if (value === undefined || value === '') throw new Error(`${name} is not set.`)
    return value
  }
  const whole = (name: string, otherwise: number): number => {
    const value = Number(environment[name] ?? otherwise)
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is not a whole number.`)
    return value
  }
  return {
    databaseUrl: text('PAYMENT_DATABASE_URL'),
    port: whole('PAYMENT_PORT', 4100),
    plinthUrl: text('PLINTH_URL', 'http://127.0.0.1:4000'),
    plinthToken: text('PLINTH_TOKEN'),
    railUrl: text('RAIL_URL', 'http://127.0.0.1:4200'),
    railAccount: text('PAYMENT_RAIL_ACCOUNT', 'cash'),
    suspenseAccount: text('PAYMENT_SUSPENSE_ACCOUNT', 'suspense'),
    railTimeoutMs: whole('PAYMENT_RAIL_TIMEOUT_MS', 3_000),
    railValidMs: whole('PAYMENT_RAIL_VALID_MS', 10_000),
    patienceMs: whole('PAYMENT_PATIENCE_MS', 10_000),
    executeWithinMs: whole('PAYMENT_EXECUTE_WITHIN_MS', 10 * 60_000),
    reconcileMs: whole('PAYMENT_RECONCILE_MS', 2_000),
  }
}
