import { type Metrics, openMetrics } from '@plinth/http/server'
import type { Tracing } from '@plinth/telemetry'
import type { Configuration } from './configuration.js'

/** How a process that runs on is watched. */
export interface ProcessTelemetry {
  readonly metrics: Metrics
  /** Undefined: nobody takes traces, and nothing of OpenTelemetry was loaded. */
  readonly tracing: Tracing | undefined
  /** Sends what is left. */
  close(): Promise<void>
}

/** `serviceName` is what traces are filed under, unless the environment says otherwise. */
export async function openTelemetry(
  { traces }: Pick<Configuration, 'traces'>,
  serviceName: string,
): Promise<ProcessTelemetry> {
  const metrics = openMetrics()
  if (!traces) return { metrics, tracing: undefined, close: async () => {} }
  const { openTracing } = await import('./open-tracing.js')
  const tracing = openTracing(serviceName)
  return { metrics, tracing, close: tracing.close }
}
