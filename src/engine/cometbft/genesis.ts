/** The genesis document that CometBFT reads: GenesisInput and the consensus parameters of `limits.ts`, as JSON. */
import { toHex } from '../../codec/index.ts'
import { ed25519Raw } from '../../crypto/index.ts'
import { defaultTrustingPeriod, formatTime, type Validator, validatorAddress } from '../../light/index.ts'
import { engineError } from '../errors.ts'
import { checkGenesis } from '../genesis.ts'
import { maximumBlockBytes, maximumGas } from '../limits.ts'
import type { GenesisInput } from '../port.ts'

/**
 * Evidence is taken a day longer than a header may be trusted: who can still deceive a light client must still have to
 * answer for it. It is too old when it is beyond both bounds.
 */
const evidenceAge = { blocks: 100_000, nanoseconds: (defaultTrustingPeriod + 86_400_000n) * 1_000_000n }
const maximumEvidenceBytes = 256 * 1024

/** One genesis gives one text, so that nodes can compare their files. @throws engine.genesis-unfit */
export function genesisDocument(genesis: GenesisInput): string {
  const document = {
    genesis_time: formatTime(genesis.time),
    chain_id: genesis.chainId,
    initial_height: String(genesis.initialHeight),
    consensus_params: {
      block: { max_bytes: String(maximumBlockBytes), max_gas: String(maximumGas) },
      evidence: {
        max_age_num_blocks: String(evidenceAge.blocks),
        max_age_duration: String(evidenceAge.nanoseconds),
        max_bytes: String(maximumEvidenceBytes),
      },
      validator: { pub_key_types: ['ed25519'] },
      version: { app: '0' },
      abci: { vote_extensions_enable_height: '0' },
    },
    validators: checkGenesis(genesis).map(genesisValidator),
    app_hash: '',
    ...(genesis.application.length === 0 ? {} : { app_state: stateOfApplication(genesis.application) }),
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

/** CometBFT wants JSON there and hands its text on: bytes travel as base64 in a JSON string. */
function stateOfApplication(application: Uint8Array): string {
  return application.toBase64()
}

/** The application's part of the genesis from `app_state_bytes`. @throws engine.abci-message */
export function applicationOfState(state: Uint8Array): Uint8Array {
  if (state.length === 0) return state
  try {
    const text: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(state))
    if (typeof text === 'string') return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch (cause) {
    throw engineError('abci-message', { reason: 'the application state is not base64 in a JSON string' }, cause)
  }
  throw engineError('abci-message', { reason: 'the application state is not base64 in a JSON string' })
}

function genesisValidator({ key, power }: Validator): object {
  return {
    address: toHex(validatorAddress(key)).toUpperCase(),
    pub_key: { type: 'tendermint/PubKeyEd25519', value: ed25519Raw(key).toBase64() },
    power: String(power),
    name: '',
  }
}
