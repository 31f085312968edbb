import { equalBytes } from '../codec/index.ts'
import { validatorSet, validatorUpdates } from '../governance/index.ts'
import type { ExecutedBlock } from '../host/index.ts'
import type { Validator } from '../light/index.ts'
import { recordAddress } from '../module/index.ts'

/** What the engine has to be told after a block: the validators whose power it changed, in force from the next but one. */
export function changedValidators({ records }: Pick<ExecutedBlock, 'records'>): readonly Validator[] {
  const { key } = recordAddress(validatorSet, new Uint8Array(0))
  const change = records.find((each) => equalBytes(each.key, key))
  if (change?.after == null) return []
  return validatorUpdates(
    change.before === null ? undefined : validatorSet.decode(change.before),
    validatorSet.decode(change.after),
  )
}
