import { AsyncLocalStorage } from 'node:async_hooks'
import { hostname } from 'node:os'
import {
  type Attributes,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { sqlStateOf } from '@plinth/db'
import type { Span, SpanFacts, SpanOptions, Tracing } from '@plinth/telemetry'

/** Tracing until `close`, which sends what is left. */
export interface OpenTracing extends Tracing {
  close(): Promise<void>
}

// A collector that does not answer must not keep a process from ending.
const closePatienceMs = 3_000

/**
 * Spans by OTLP over HTTP. Where to, how many of them (`OTEL_TRACES_SAMPLER`) and under which name is read from the variables of
 * OpenTelemetry. Nothing is registered globally and nothing is patched: what is a span is written where it is one.
 */
export function openTracing(serviceName: string): OpenTracing {
  const ours = resourceFromAttributes({ 'service.name': serviceName, 'host.name': hostname() })
  const provider = new BasicTracerProvider({
    // The environment has the last word on the name.
    resource: defaultResource()
      .merge(ours)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  const tracer = provider.getTracer('plinth')
  const inside = new AsyncLocalStorage<TracedSpan | undefined>()

  function open(name: string, { parent, traceparent, links, facts, kind }: SpanOptions = {}): Span {
    const from = contextOf(parent ?? inside.getStore()) ?? remoteOf(traceparent)
    const options = {
      kind: kind === 'server' ? SpanKind.SERVER : kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
      links: (links ?? []).flatMap((link) => contextOf(link) ?? []).map((context) => ({ context })),
    }
    const context = from === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, from)
    const span = new TracedSpan(tracer.startSpan(name, options, context))
    if (facts !== undefined) span.note(facts)
    return span
  }

  return {
    open,
    within: (span, work) => inside.run(span as TracedSpan | undefined, work),
    current: () => {
      const span = inside.getStore()
      return span?.sampled ? span : undefined
    },
    close: async () => {
      const closed = provider.shutdown().catch(() => {})
      const patience = new AbortController()
      await Promise.race([closed, waited(closePatienceMs, patience.signal)])
      patience.abort()
    },
  }
}

class TracedSpan implements Span {
  readonly context: SpanContext
  readonly sampled: boolean

  constructor(readonly span: OtelSpan) {
    this.context = span.spanContext()
    this.sampled = (this.context.traceFlags & TraceFlags.SAMPLED) !== 0
  }

  get traceId(): string {
    return this.context.traceId
  }

  note(facts: SpanFacts): void {
    if (!this.sampled) return
    this.span.setAttributes(attributesOf(facts))
    if (facts.status !== undefined && facts.status >= 500) this.span.setStatus({ code: SpanStatusCode.ERROR })
  }

  link(other: Span): void {
    const context = contextOf(other)
    if (this.sampled && context !== undefined) this.span.addLink({ context })
  }

  end(error?: unknown): void {
    if (this.sampled && error !== undefined) {
      const sqlState = sqlStateOf(error)
      const type = error instanceof Error ? error.name : 'unknown'
      this.span.setAttributes({
        'error.type': type,
        ...(sqlState && { 'db.response.status_code': sqlState }),
      })
      this.span.setStatus({ code: SpanStatusCode.ERROR })
    }
    this.span.end()
  }
}

const contextOf = (span: Span | undefined): SpanContext | undefined =>
  span instanceof TracedSpan ? span.context : undefined

/** One that is malformed, or of zeros, begins no trace of ours (W3C Trace Context §3.2). */
function remoteOf(traceparent: string | undefined): SpanContext | undefined {
  const context = traceparent === undefined ? null : parseTraceParent(traceparent)
  return context === null ? undefined : { ...context, isRemote: true }
}

/** What each fact is called: by OpenTelemetry where it has a name for it. */
const attributeNames: Readonly<Record<keyof SpanFacts, string>> = {
  tenant: 'plinth.tenant',
  correlationId: 'plinth.correlation_id',
  lane: 'plinth.lane',
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
  command: 'plinth.command',
  commands: 'plinth.commands',
  outcome: 'plinth.outcome',
  code: 'plinth.code',
  statement: 'db.query.summary',
  attempt: 'plinth.attempt',
  step: 'plinth.eod_step',
  businessDate: 'plinth.business_date',
  entries: 'plinth.entries',
}

function attributesOf(facts: SpanFacts): Attributes {
  const attributes: Attributes = facts.statement === undefined ? {} : { 'db.system.name': 'postgresql' }
  for (const [fact, value] of Object.entries(facts))
    if (value !== undefined) attributes[attributeNames[fact as keyof SpanFacts]] = value
  return attributes
}

const waited = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
