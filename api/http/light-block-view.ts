/** A light block as the API shows it: in CometBFT's own JSON, so that its libraries and `light verify` read it. */
import { Type } from 'typebox'

const UpperHexadecimal = Type.String({ pattern: '^([0-9A-F]{2})*$' })
const Decimal = Type.String({ pattern: '^-?[0-9]+$' })
const Time = Type.String({ description: 'RFC 3339, in UTC, with up to nine decimals.' })

const BlockIdJson = Type.Object({
  hash: UpperHexadecimal,
  parts: Type.Object({ total: Type.Integer(), hash: UpperHexadecimal }),
})

const HeaderJson = Type.Object({
  version: Type.Object({ block: Decimal, app: Decimal }),
  chain_id: Type.String(),
  height: Decimal,
  time: Time,
  last_block_id: Type.Union([BlockIdJson, Type.Null()]),
  last_commit_hash: UpperHexadecimal,
  data_hash: UpperHexadecimal,
  validators_hash: UpperHexadecimal,
  next_validators_hash: UpperHexadecimal,
  consensus_hash: UpperHexadecimal,
  app_hash: UpperHexadecimal,
  last_results_hash: UpperHexadecimal,
  evidence_hash: UpperHexadecimal,
  proposer_address: UpperHexadecimal,
})

const CommitJson = Type.Object({
  height: Decimal,
  round: Type.Integer(),
  block_id: BlockIdJson,
  signatures: Type.Array(
    Type.Object({
      block_id_flag: Type.Integer({ description: '1 absent, 2 a vote for the block.' }),
      validator_address: UpperHexadecimal,
      timestamp: Time,
      signature: Type.Union([Type.String({ contentEncoding: 'base64' }), Type.Null()]),
    }),
    { description: 'One entry for each validator, in the order of the set.' },
  ),
})

const ValidatorJson = Type.Object({
  address: UpperHexadecimal,
  pub_key: Type.Object({ type: Type.String(), value: Type.String({ contentEncoding: 'base64' }) }),
  voting_power: Decimal,
  proposer_priority: Decimal,
})

const ValidatorSetJson = Type.Object({
  validators: Type.Array(ValidatorJson),
  proposer: Type.Union([ValidatorJson, Type.Null()]),
})

export const LightBlockView = Type.Object({
  signed_header: Type.Object({ header: HeaderJson, commit: CommitJson }),
  validator_set: ValidatorSetJson,
  next_validator_set: Type.Union([ValidatorSetJson, Type.Null()]),
})
