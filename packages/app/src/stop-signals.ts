/** Ctrl-C or a supervisor's SIGTERM, as something to wait for. */
export interface StopSignals {
  readonly requested: Promise<NodeJS.Signals>
  /** Whether a signal came already: what is under way then ends instead of going on. */
  readonly stopping: boolean
  /** The signals have their usual effect again. */
  release(): void
}

/** The first signal asks to stop; a second one ends the process at once with `exitCode` 1. */
export function watchStopSignals(onImpatience: () => void): StopSignals {
  let resolve: (signal: NodeJS.Signals) => void
  const requested = new Promise<NodeJS.Signals>((resolved) => {
    resolve = resolved
  })
  const signals = { requested, stopping: false }
  let firstMs = 0
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!signals.stopping) {
      signals.stopping = true
      firstMs = Date.now()
      resolve(signal)
      return
    }
    // A terminal sends Ctrl-C to the whole group, and npx and npm pass it on once more.
    if (Date.now() - firstMs < echoMsMax) return
    onImpatience()
    process.exit(1)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return Object.assign(signals, {
    release: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  })
}

// Faster than anybody presses twice on purpose.
const echoMsMax = 200
