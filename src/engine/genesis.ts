import { ChainId, conform } from '../codec/index.ts'
import { checkValidatorSet, maximumHeight, orderValidators, type Validator } from '../light/index.ts'
import { engineError } from './errors.ts'
import type { GenesisInput } from './port.ts'

/**
 * Refuses a genesis that an engine could not start from, before anything is written.
 * Returns its validators in the order in which headers hash them.
 * @throws engine.genesis-unfit
 */
export function checkGenesis(genesis: GenesisInput): readonly Validator[] {
  if (genesis.initialHeight < 1n || genesis.initialHeight > maximumHeight) unfit('its initial height is not positive')
  const { seconds, nanos } = genesis.time
  if (seconds < 0n || !Number.isInteger(nanos) || nanos < 0 || nanos > 999_999_999) unfit('its time is not sound')
  try {
    conform(ChainId, genesis.chainId)
  } catch (cause) {
    throw engineError('genesis-unfit', { reason: 'its chain id is not a name, a dash and 8 hexadecimal digits' }, cause)
  }
  try {
    const validators = orderValidators(genesis.validators)
    checkValidatorSet(validators)
    return validators
  } catch (cause) {
    throw engineError('genesis-unfit', { reason: 'its validator set is not sound' }, cause)
  }
}

function unfit(reason: string): never {
  throw engineError('genesis-unfit', { reason })
}
