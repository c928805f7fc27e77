import type { Progress } from '@plinth/eod'
import { SingleBar } from 'cli-progress'

/** A bar for the step at hand, on standard error, and only where somebody looks at it. */
export function eodProgress() {
  let bar: SingleBar | undefined
  let at = ''
  const end = (): void => {
    bar?.stop()
    bar = undefined
    at = ''
  }
  const show = ({ businessDate, step, done, of, resting }: Progress): void => {
    if (!process.stderr.isTTY || of === 0) return
    const place = `${businessDate}  ${step}`
    if (place !== at) {
      end()
      at = place
      bar = new SingleBar({
        format: `${place.padEnd(30)} {bar} {percentage} %  {value} of {total} partitions  {eta_formatted} left{way}`,
        hideCursor: true,
        clearOnComplete: false,
      })
      bar.start(of, done, { way: '' })
    }
    // A partition that was cut in two makes one more.
    bar?.setTotal(of)
    bar?.update(done, { way: resting ? ', giving way to postings' : '' })
  }
  return { show, end }
}
