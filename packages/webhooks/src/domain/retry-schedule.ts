/** A number from 0 up to, but not including, 1: chance is an argument, so that what it decides can be a table. */
export type Chance = () => number

const second = 1_000
const hour = 3_600 * second

const firstDelayMsMax = 5 * second
const delayMsMax = 4 * hour

/** An event is sent so often before it is a dead letter: over at most 22 hours, half of that on average. */
export const attemptsMax = 17
/** A dead letter that is sent again blocks what comes behind it: it has a minute, not a day. */
export const replayAttemptsMax = 3

/** How long to wait behind the n-th failed attempt: doubling, with full jitter, so that many that failed together come back apart. */
export const retryDelayMs = (attempts: number, chance: Chance): number =>
  Math.floor(chance() * Math.min(delayMsMax, firstDelayMsMax * 2 ** (attempts - 1)))

/** So many failures in a row, whatever the events, open the circuit. */
export const circuitOpensAt = 5
const cooldownMsMin = 60 * second
const cooldownMsMax = hour

/**
 * How long an open circuit stays open behind the n-th failure in a row: a minute, doubling to an hour, half of it by
 * chance. Then one attempt finds out. 0: the circuit is closed.
 */
export function cooldownMs(failuresInARow: number, chance: Chance): number {
  if (failuresInARow < circuitOpensAt) return 0
  const whole = Math.min(cooldownMsMax, cooldownMsMin * 2 ** (failuresInARow - circuitOpensAt))
  return Math.floor(whole * (0.5 + chance() / 2))
}

/** A receiver may ask for patience, but not for longer than a day: then somebody should hear of it. */
export const retryAfterMsMax = 24 * hour

/** A webhook that has failed for so long, and fails again, is disabled: five days, as a long weekend is no reason. */
export const longFailureMs = 5 * 24 * hour
