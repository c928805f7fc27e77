import { z } from 'zod'
import { isWellFormed } from './parse-json.js'

const says = (code: string) => ({ error: code })
const text = (max: number) =>
  z
    .string(says('wrong_type'))
    .min(1, says('required'))
    .max(max, says('too_long'))
    .refine(isWellFormed, says('wrong_type'))

/** What the maker of an erasure says of it. */
export const erasureFields = {
  reason: text(1000).meta({ description: 'Why. It stays, so it says nothing of what is erased.' }),
  legalBasis: text(200).meta({
    description: 'The ground in law. The entry shows it.',
    example: 'GDPR Art. 17(1)(a)',
  }),
}

/** How an answer shows that texts are missing from it. */
export const detailsErased = z
  .object({ at: z.string().meta({ format: 'date-time' }), legalBasis: z.string() })
  .meta({
    id: 'DetailsErased',
    description:
      'Description, reference, endToEndId and metadata were erased. It is the one exception from what an entry’s answer says never changing; all else of it is as it was.',
  })

/** Of a statement that was made before details of its lines were erased. */
export const erasedLines = z.object({ lines: z.int(), checksum: z.string() }).meta({
  description:
    'Of so many lines the details were erased since it was made: lines and statement add up to this checksum now.',
})
