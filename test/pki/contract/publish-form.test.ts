/** Certificates whose form is not sound get their verdict in a batch: no other item, no record, no key suffers. */
import { beforeAll, describe, expect, it } from 'vitest'
import { derError } from '../../../pki/certificate/der/errors.ts'
import { der } from '../../../pki/certificate/der/index.ts'
import { certificateError, extensionId } from '../../../pki/certificate/index.ts'
import { certificates, pkiError } from '../../../pki/contract/index.ts'
import { codecError, concat, encodeCbor, fromHex, toHex } from '../../../src/codec/index.ts'
import { cryptoError } from '../../../src/crypto/errors.ts'
import type { ErrorRow } from '../../../src/errors/index.ts'
import { signTransaction } from '../../../src/node/index.ts'
import type { BareChain } from '../../host/bare-chain.ts'
import { testKey } from '../../ledger/members.ts'
import { ecdsaWithSha256, ed25519, extension, name, partsOf } from '../certificate/assemble.ts'
import { altered, type Issued, issue, other, publicationChain, publish, withByteBehind } from './publication.ts'

const rows = new Map<string, ErrorRow>(
  [certificateError, derError, pkiError, codecError, cryptoError].flatMap(({ rows: list }) =>
    list.map((row) => [row.code, row] as const),
  ),
)

let bare: BareChain
let sound: Issued
beforeAll(async () => {
  bare = await publicationChain()
  sound = await issue(bare, 'SOUND')
})

const x = () => toHex(sound.parsed.key.spki.subarray(27, 59))
const y = () => toHex(sound.parsed.key.spki.subarray(59, 91))
const point = (hexadecimal: string) => ({
  spki: der.sequence(
    sound.parsed.key.spki.subarray(2, 23),
    der.wholeBitString(Uint8Array.from(Buffer.from(hexadecimal, 'hex'))),
  ),
})
const parts = () => partsOf(sound.parsed)
const without = (id: string) => parts().extensions.filter((_, index) => sound.parsed.extensions[index]!.id !== id)
const withExtension = (...more: readonly Uint8Array[]) => ({ extensions: [...parts().extensions, ...more] })

type Case = readonly [what: string, code: string, make: () => Uint8Array]

const cases: readonly Case[] = [
  ['cut short', 'der.truncated', () => sound.certificate.subarray(0, -1)],
  ['only its first byte', 'der.truncated', () => sound.certificate.subarray(0, 1)],
  ['with a byte behind it', 'der.trailing', () => withByteBehind(sound.certificate)],
  ['twice in one item', 'der.trailing', () => concat(sound.certificate, sound.certificate)],
  [
    'in BER, of indefinite length',
    'der.indefinite-length',
    () => concat(fromHex('3080'), sound.certificate.subarray(4), fromHex('0000')),
  ],
  [
    'in BER, with a long length',
    'der.length-not-minimal',
    () => concat(fromHex('308300'), sound.certificate.subarray(2, 4), sound.certificate.subarray(4)),
  ],
  [
    'with an extension twice',
    'certificate.extension-repeated',
    () => altered(sound, withExtension(parts().extensions[0]!)),
  ],
  [
    'with an unknown critical extension',
    'certificate.extension-unknown-critical',
    () => altered(sound, withExtension(extension('2.5.29.30', true, der.sequence()))),
  ],
  [
    'with an unknown extension, not critical',
    'certificate.profile-extension-refused',
    () => altered(sound, withExtension(extension('1.2.3', false, der.sequence()))),
  ],
  ['with a key off the curve', 'crypto.point-not-on-curve', () => altered(sound, point(`04${x()}${x()}`))],
  [
    'with a hybrid point',
    'crypto.key-unsupported',
    () => altered(sound, point(`${Number.parseInt(y().slice(-2), 16) % 2 === 0 ? '06' : '07'}${x()}${y()}`)),
  ],
  ['with a compressed point', 'crypto.key-unsupported', () => altered(sound, point(`02${x()}`))],
  ['with the point at infinity', 'crypto.key-unsupported', () => altered(sound, point('00'))],
  [
    'with a coordinate above the prime',
    'crypto.key-not-canonical',
    () => altered(sound, point(`04${'ff'.repeat(32)}${y()}`)),
  ],
  [
    'with an Ed25519 key of small order',
    'crypto.key-small-order',
    () => altered(sound, { spki: fromHex(`302a300506032b6570032100${'00'.repeat(32)}`) }),
  ],
  ['with algorithms that differ', 'certificate.algorithm-mismatch', () => altered(sound, { innerAlgorithm: ed25519 })],
  [
    "signed by another algorithm than its key's",
    'certificate.key-algorithm',
    () => altered(sound, { spki: testKey('EdDSA').key.spki }),
  ],
  [
    'naming Ed25519 over an ECDSA signature',
    'certificate.signature-length',
    () => altered(sound, { innerAlgorithm: ed25519, outerAlgorithm: ed25519 }),
  ],
  ['signed by another key', 'pki.self-signature', () => altered({ ...sound, key: testKey('ES256') }, {})],
  [
    'with a signature of zeros',
    'crypto.signature-form',
    () => altered(sound, { signature: der.wholeBitString(fromHex('3006020100020100')) }),
  ],
  [
    'with another serial than the one signed',
    'pki.self-signature',
    () => altered(sound, { serialNumber: der.unsignedInteger(fromHex('41')), signature: parts().signature }),
  ],
  [
    'issued by another name',
    'certificate.not-self-issued',
    () => altered(sound, { issuer: name({ attributes: [{ type: '2.5.4.10', text: 'somebody', form: 'printable' }] }) }),
  ],
  [
    'without key usage',
    'certificate.profile-extension-missing',
    () => altered(sound, { extensions: without(extensionId.keyUsage) }),
  ],
  [
    "without the ledger's extension",
    'certificate.profile-extension-missing',
    () => altered(sound, { extensions: without(extensionId.device) }),
  ],
  [
    'that may sign certificates',
    'certificate.profile-authority',
    () =>
      altered(sound, {
        extensions: [
          ...without(extensionId.basicConstraints),
          extension(extensionId.basicConstraints, true, fromHex('30030101ff')),
        ],
      }),
  ],
  [
    'with a usage too many',
    'certificate.profile-key-usage-refused',
    () =>
      altered(sound, {
        extensions: [
          ...without(extensionId.keyUsage),
          extension(extensionId.keyUsage, true, der.namedBits(new Set([0, 5]))),
        ],
      }),
  ],
  ['with a manufacturer of 64 characters of four bytes', 'pki.not-manufacturer', () => named('😀'.repeat(64))],
  ['with a manufacturer that is no member id', 'pki.not-manufacturer', () => named('Maker B')],
  [
    'with a control character in its model',
    'codec.schema',
    () => altered(sound, { extensions: [...without(extensionId.device), describedAs('a\u0085b')] }),
  ],
]

function named(organization: string): Uint8Array {
  const subject = name({
    attributes: [
      { type: '2.5.4.10', text: organization, form: 'utf8' },
      { type: '2.5.4.5', text: 'SOUND', form: 'printable' },
    ],
  })
  return altered(sound, { subject, issuer: subject })
}

function describedAs(model: string): Uint8Array {
  const texts = [bare.chain.id, model, 'b1'].map((text) => der.text('utf8', text))
  return extension(extensionId.device, false, der.sequence(...texts, der.sequence(der.smallInteger(1))))
}

describe('a certificate', () => {
  it.each(cases)('%s: %s', async (_, code, make) => {
    const number = rows.get(code)!.number
    const before = bare.state()
    const bytes = await bare.sign([publish(make())], [other.signer])
    expect(await bare.chain.admit(bytes, 'peer')).toEqual({ accepted: true })
    const { results, events } = await bare.block([bytes])
    expect(results).toEqual([{ code: 0, operations: [{ verdicts: [number] }] }])
    expect(events).toEqual([])
    expect(bare.state()).toBe(before)
    expect(bare.faults).toEqual([])
  })

  it('above the largest size makes the body unsound: the whole transaction is refused, at admission already', async () => {
    const neighbour = await issue(bare, 'NEIGHBOUR')
    const large = altered(sound, { extensions: [extension('1.2.3', false, new Uint8Array(8200))] })
    const items = [neighbour.certificate, large].map((certificate) => new Map([['certificate', certificate]]))
    const body = encodeCbor(new Map([['items', items]]))
    const { time } = bare
    const bytes = await signTransaction(bare.chain.id, [{ module: 'pki', type: 'publish', body }], [other.signer], time)
    const before = bare.state()
    expect(await bare.chain.admit(bytes, 'peer')).toMatchObject({ accepted: false, refusal: { code: 'codec.schema' } })
    expect((await bare.block([bytes])).results).toEqual([{ code: codecError.numberOf('schema'), operations: [] }])
    expect(bare.state()).toBe(before)
  })

  it('that is sound is published beside all of them', async () => {
    const items = [...cases.map(([, , make]) => make()), sound.certificate, sound.certificate]
    const { results } = await bare.block([await bare.sign([publish(...items)], [other.signer])])
    const expected = [...cases.map(([, code]) => rows.get(code)!.number), 0, 1]
    expect(results).toEqual([{ code: 0, operations: [{ verdicts: expected }] }])
    const view = await bare.chain.view('head')
    expect(await view.get(certificates, sound.parsed.fingerprint)).toMatchObject({
      serial: 'SOUND',
      algorithm: 'ES256',
    })
    expect(await view.by(certificates, 'key', new Uint8Array(32))).toBeUndefined()
  })

  it('of either algorithm is published', async () => {
    const edwards = await issue(bare, 'EDWARDS', {}, testKey('EdDSA'))
    expect(edwards.parsed.algorithm).toBe('EdDSA')
    expect(ecdsaWithSha256).not.toEqual(ed25519)
    const { operations } = await bare.run([publish(edwards.certificate)], [other.signer])
    expect(operations).toEqual([{ verdicts: [0] }])
  })
})
