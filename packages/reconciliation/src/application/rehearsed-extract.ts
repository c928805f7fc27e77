import type { Tx } from '@plinth/db'
import type { BusinessDate, Currencies } from '@plinth/kernel'
import { Differences } from '../domain/comparisons.js'
import type { RenderedGlExtract } from '../domain/render-gl-extract.js'
import { compareExtract } from './compare-days.js'
import type { ExtractStore } from './ports.js'
import { readGlExtractWith } from './read-extract.js'

/** What a rehearsal comes to: the extract that the day would have, and where turnover and accounts differ in it. */
export interface RehearsedExtract {
  readonly extract: RenderedGlExtract
  readonly differences: readonly {
    readonly subject: string
    readonly expected: string
    readonly found: string
  }[]
}

/** To be asked in the transaction of the rehearsal. Undefined: its steps make none. */
export const readRehearsedExtractWith =
  (store: ExtractStore) =>
  async (
    tx: Tx,
    { businessDate, currencies }: { businessDate: BusinessDate; currencies: Currencies },
  ): Promise<RehearsedExtract | undefined> => {
    const extract = await readGlExtractWith(store)(tx, { businessDate, currencies })
    if (extract === undefined) return undefined
    const differences = new Differences()
    await compareExtract(tx, { store, currencies, businessDate }, differences)
    return {
      extract,
      differences: differences.kept.map(({ subject, expected, found }) => ({ subject, expected, found })),
    }
  }
