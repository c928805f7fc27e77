/** What one round of one load showed. Latencies in milliseconds, of a request or of a transaction. */
export interface Round {
  /** Postings or transactions a second. */
  readonly rate: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export function roundOf(latenciesMs: readonly number[], elapsedMs: number, each = 1): Round {
  const sorted = [...latenciesMs].sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { rate: (sorted.length * each * 1000) / elapsedMs, p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** The median of each figure over the rounds: one disturbed round does not move it. */
export function medianOf(rounds: readonly Round[]): Round {
  const middle = (pick: (round: Round) => number): number => median(rounds.map(pick))
  return { rate: middle((r) => r.rate), p50Ms: middle((r) => r.p50Ms), p99Ms: middle((r) => r.p99Ms) }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2
}

/** What a guard costs: the share of the rate without it that is lost with it. Below zero: more than that was noise. */
export interface Lost {
  /** The load without the guard. */
  readonly to: string
  /** Of 1; the median over the rounds, beside the least and the most of any round. */
  readonly share: number
  readonly least: number
  readonly most: number
}

/** Compares within each round: only there both had the same neighbours on the machine. */
export function lostTo(
  to: string,
  { guarded, bare }: { guarded: readonly Round[]; bare: readonly Round[] },
): Lost {
  const shares = guarded.map(({ rate }, index) => 1 - rate / (bare[index]?.rate ?? rate))
  return { to, share: median(shares), least: Math.min(...shares), most: Math.max(...shares) }
}

/** How a load does beside another one that it ought to keep up with: its share of that one's rate. */
export interface Share {
  readonly of: string
  /** The median over the rounds, beside the least and the most of any round. */
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Compares within each round, as `lostTo` does. */
export function shareOf(
  of: string,
  { rounds, beside }: { rounds: readonly Round[]; beside: readonly Round[] },
): Share {
  const shares = rounds.map(({ rate }, index) => rate / (beside[index]?.rate ?? rate))
  return { of, median: median(shares), least: Math.min(...shares), most: Math.max(...shares) }
}

/** How much longer a load takes than another one: how many times that one's p50, or p99. */
export interface Slowdown {
  readonly than: string
  readonly by: 'p50' | 'p99'
  /** The median over the rounds, beside the least and the most of any round. */
  readonly median: number
  readonly least: number
  readonly most: number
}

/** Compares within each round, as `lostTo` does. */
export function slowdownOf(
  { than, by }: { than: string; by: Slowdown['by'] },
  { rounds, beside }: { rounds: readonly Round[]; beside: readonly Round[] },
): Slowdown {
  const latency = (round: Round): number => (by === 'p50' ? round.p50Ms : round.p99Ms)
  const times = rounds.map((round, index) => latency(round) / latency(beside[index] ?? round))
  return { than, by, median: median(times), least: Math.min(...times), most: Math.max(...times) }
}
