/**
 * Whether database, CometBFT's blocks and its signing state belong together, as far as CometBFT does not see it itself. Of
 * a consortium, one validator may lag behind in any of them and catch up; what a lone one has signed exists nowhere else.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { equalBytes, type PublicKey } from '../../codec/index.ts'
import { engineError } from '../errors.ts'
import type { GenesisInput } from '../port.ts'
import { readSigningState } from './home.ts'

/** Whether this key is all the power there is. */
export function isLone({ validators }: GenesisInput, own: PublicKey): boolean {
  const [first, ...others] = validators
  return first !== undefined && others.length === 0 && equalBytes(first.key.spki, own.spki)
}

/**
 * Before CometBFT starts, with the application's height.
 * @throws engine.home-emptied, engine.signing-state-stale
 */
export async function checkBeforeStart(home: string, height: bigint, lone: boolean): Promise<void> {
  if (height === 0n) return
  if (!(await exists(join(home, 'data', 'blockstore.db')))) throw engineError('home-emptied', { height })
  if (!lone) return
  const signed = await readSigningState(home)
  if (signed < height) throw engineError('signing-state-stale', { height, signed })
}

/**
 * Once CometBFT has brought its blocks to the application, with the height of the newest one. Until it reaches what it has
 * signed, CometBFT itself refuses to sign. @throws engine.behind-signing-state
 */
export async function checkAfterStart(home: string, height: bigint): Promise<void> {
  const signed = await readSigningState(home)
  // It votes for a block before it has it.
  if (signed > height + 1n) throw engineError('behind-signing-state', { height, signed })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
