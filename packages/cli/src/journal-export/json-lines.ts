import { renderEntry } from '@plinth/ledger/domain'
import type { ExportContext, JournalFormat } from './journal-format.js'

/** JSON Lines: an entry a line, exactly as the API answers it. */
export const jsonLinesFormat = ({ currencies }: Pick<ExportContext, 'currencies'>): JournalFormat => ({
  header: () => '',
  account: () => '',
  entry: (entry) => `${JSON.stringify(renderEntry(entry, currencies))}\n`,
})
