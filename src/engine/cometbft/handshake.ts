/**
 * Why CometBFT ended when it compared its blocks with the application: it says so in its log only, in words that belong to
 * the pinned version. Started again, it would say the same.
 */
import type { CommonrootError } from '../../errors/index.ts'
import { engineError } from '../errors.ts'

const tooHigh = /app block height \((\d{1,19})\) is higher than core \((\d{1,19})\)/
const tooLow = /app block height \((\d{1,19})\) is too far below block store base \((\d{1,19})\)/
const otherHash = /AppHash does not match AppHash after replay/

/** The refusal that a log ends with; undefined for any other end. */
export function handshakeRefusal(log: string): CommonrootError | undefined {
  const [, ahead, core] = tooHigh.exec(log) ?? []
  if (ahead !== undefined && core !== undefined) {
    return engineError('application-ahead', { height: BigInt(ahead), core: BigInt(core) })
  }
  const [, behind, base] = tooLow.exec(log) ?? []
  if (behind !== undefined && base !== undefined) {
    return engineError('blocks-gone', { height: BigInt(behind), base: BigInt(base) })
  }
  return otherHash.test(log) ? engineError('replay-diverged') : undefined
}
