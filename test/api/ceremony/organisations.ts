/** Join files for tests, made in memory: whatever a test changes in the terms is signed by the keys all the same. */
import { decodeJoin, type Join, type JoinTerms, makeJoin, type NamedKey } from '../../../api/ceremony/index.ts'
import { toHex } from '../../../src/codec/index.ts'
import { ed25519Raw } from '../../../src/crypto/index.ts'
import { keyPurposes } from '../../../src/module/index.ts'
import { type TestKey, testKey } from '../../ledger/members.ts'

export type TestOrganisation = {
  readonly terms: JoinTerms
  readonly keys: readonly TestKey[]
}

/** Milliseconds since 1970: a time that has passed. */
export const joinTime = 1_780_000_000_000n

let nextPort = 26_656

/** An organisation with a validator of power 10, unless `changes` say otherwise. */
export function testOrganisation(
  id: string,
  roles: readonly string[],
  changes: Partial<JoinTerms> = {},
): TestOrganisation {
  const [member, validator, peer] = [testKey('ES256'), testKey('EdDSA'), testKey('EdDSA')]
  const terms: JoinTerms = {
    network: 'telecom',
    protocol: 1,
    time: joinTime,
    organisation: {
      id,
      name: id,
      roles,
      keys: keyPurposes.map((purpose) => ({ purpose, threshold: 1, keys: [member.key] })),
    },
    node: {
      validator: ed25519Raw(validator.key),
      power: 10n,
      peer: ed25519Raw(peer.key),
      address: `${id}.example:${nextPort++}`,
    },
    ...changes,
  }
  return { terms, keys: [member, validator, peer] }
}

/** The join file, signed by every key of the organisation that the terms name; by `others` for those that are not its own. */
export async function joinBytes(
  { terms, keys }: TestOrganisation,
  others: (key: NamedKey, message: Uint8Array) => Uint8Array = () => new Uint8Array(64).fill(1),
): Promise<Uint8Array> {
  return makeJoin(terms, async (named, message) => {
    const own = keys.find(({ key }) => toHex(key.spki) === toHex(named.key.spki))
    return own === undefined ? others(named, message) : own.sign(message)
  })
}

export async function joinOf(organisation: TestOrganisation): Promise<Join> {
  return decodeJoin(`${organisation.terms.organisation.id}.join`, await joinBytes(organisation))
}
