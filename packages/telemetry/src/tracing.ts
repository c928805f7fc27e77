/**
 * What a span may say. The list is closed: there is no word for what a customer wrote, an amount, an account or a key, so none
 * gets into a trace by accident.
 */
export interface SpanFacts {
  readonly tenant?: string
  readonly correlationId?: string
  readonly lane?: string
  readonly method?: string
  readonly route?: string
  readonly status?: number
  /** The type of a command. */
  readonly command?: string
  readonly commands?: number
  readonly outcome?: string
  readonly code?: string | undefined
  readonly statement?: string
  readonly attempt?: number
  readonly step?: string
  readonly businessDate?: string
  readonly entries?: number
}

/** A stretch of work that is being traced. */
export interface Span {
  /** 32 hexadecimal digits, as in `traceparent`. */
  readonly traceId: string
  /** Whether anybody will see it: what is not sampled costs nothing more. */
  readonly sampled: boolean
  note(facts: SpanFacts): void
  /** Names another span that has to do with this one and is not its parent. */
  link(other: Span): void
  /** Of an error only its class and its SQLSTATE are told: its message may quote a customer. */
  end(error?: unknown): void
}

export interface SpanOptions {
  /** Absent: the span inside which this runs. */
  readonly parent?: Span | undefined
  /** The `traceparent` header of whoever called; one that is malformed counts for nothing. */
  readonly traceparent?: string | undefined
  readonly links?: readonly Span[]
  readonly facts?: SpanFacts
  /** `server` answers somebody, `client` asks somebody; absent: neither. */
  readonly kind?: 'server' | 'client'
}

export interface Tracing {
  open(name: string, options?: SpanOptions): Span
  /** Runs `work` so that spans it opens, also later, are inside `span`; undefined: inside none, whoever started it. */
  within<T>(span: Span | undefined, work: () => T): T
  /** The sampled span inside which this runs. */
  current(): Span | undefined
}

/** Runs `work` in a span of its own, if there is tracing and it runs inside of a span that is sampled. */
export async function traced<T>(
  tracing: Tracing | undefined,
  name: string,
  facts: SpanFacts,
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  if (tracing?.current() === undefined) return await work(undefined)
  return await spanning(tracing, tracing.open(name, { facts }), work)
}

/** Runs `work` inside a span, and ends it with what becomes of it. */
export async function spanning<T>(
  tracing: Tracing,
  span: Span,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  try {
    const result = await tracing.within(span, () => work(span))
    span.end()
    return result
  } catch (error) {
    span.end(error)
    throw error
  }
}
