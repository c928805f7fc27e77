import type { Tx } from '@plinth/db'
import { type BusinessDate, type Currencies, invariant } from '@plinth/kernel'
import { type RenderedGlExtract, renderGlExtract } from '../domain/render-gl-extract.js'
import type { ExtractStore } from './ports.js'

/**
 * The GL extract of a closed day as it was made; undefined if there is none. Fails if it is not what it was: then somebody has
 * changed it behind Plinth's back, and nothing is told from it.
 */
export const readGlExtractWith =
  (store: ExtractStore) =>
  async (
    tx: Tx,
    { businessDate, currencies }: { businessDate: BusinessDate; currencies: Currencies },
  ): Promise<RenderedGlExtract | undefined> => {
    const kept = await store.read(tx, businessDate)
    if (kept === undefined) return undefined
    const rendered = renderGlExtract(kept.extract, currencies)
    invariant(rendered.checksum === kept.checksum, 'an extract says what it said when it was made', {
      businessDate,
    })
    return rendered
  }
