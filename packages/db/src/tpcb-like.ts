import pg from 'pg'

export interface TpcbLoad {
  readonly clients: number
  readonly seconds: number
}

/** pgbench's TPC-B-like tables at `scale` (100 000 accounts each), for machines without pgbench. */
export async function createTpcbTables(url: string, scale: number): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await client.query(`
      create table pgbench_branches (bid int primary key, bbalance int not null, filler char(88));
      create table pgbench_tellers (tid int primary key, bid int, tbalance int not null, filler char(84));
      create table pgbench_accounts (aid int primary key, bid int, abalance int not null, filler char(84));
      create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
      insert into pgbench_branches select n, 0, '' from generate_series(1, ${scale}) n;
      insert into pgbench_tellers select n, (n - 1) / 10 + 1, 0, '' from generate_series(1, ${scale * 10}) n;
      insert into pgbench_accounts select n, (n - 1) / 100000 + 1, 0, '' from generate_series(1, ${scale * 100_000}) n;
      analyze`)
  } finally {
    await client.end()
  }
}

/** Runs the script's statements, prepared, and answers the latency of every transaction in milliseconds. */
export async function runTpcbLike(
  url: string,
  scale: number,
  { clients, seconds }: TpcbLoad,
): Promise<number[]> {
  const latencies: number[] = []
  const end = performance.now() + seconds * 1000
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client(url)
      await client.connect()
      try {
        while (performance.now() < end) {
          const start = performance.now()
          await tpcbTransaction(client, scale)
          latencies.push(performance.now() - start)
        }
      } finally {
        await client.end()
      }
    }),
  )
  return latencies
}

async function tpcbTransaction(client: pg.Client, scale: number): Promise<void> {
  const upTo = (max: number): number => 1 + Math.floor(Math.random() * max)
  const [aid, bid, tid, delta] = [upTo(100_000 * scale), upTo(scale), upTo(10 * scale), upTo(10_001) - 5_001]
  await client.query('begin')
  await client.query({
    name: 'a',
    text: 'update pgbench_accounts set abalance = abalance + $1 where aid = $2',
    values: [delta, aid],
  })
  await client.query({
    name: 's',
    text: 'select abalance from pgbench_accounts where aid = $1',
    values: [aid],
  })
  await client.query({
    name: 't',
    text: 'update pgbench_tellers set tbalance = tbalance + $1 where tid = $2',
    values: [delta, tid],
  })
  await client.query({
    name: 'b',
    text: 'update pgbench_branches set bbalance = bbalance + $1 where bid = $2',
    values: [delta, bid],
  })
  await client.query({
    name: 'h',
    text: 'insert into pgbench_history (tid, bid, aid, delta, mtime) values ($1, $2, $3, $4, current_timestamp)',
    values: [tid, bid, aid, delta],
  })
  await client.query('commit')
}
