/** Puts certificates together from parts, sound and unsound ones, without the checks of the issuing code. */

import { constructed, der, primitive, tag } from '../../../pki/certificate/der/index.ts'
import type { AlternativeName, Certificate, Extension } from '../../../pki/certificate/index.ts'
import { extensionId, hardwareModuleName, keyUsages } from '../../../pki/certificate/index.ts'
import { concat, fromHex, utf8 } from '../../../src/codec/index.ts'
import { derFromRaw } from '../../../src/crypto/index.ts'

export const ecdsaWithSha256 = fromHex('300a06082a8648ce3d040302')
export const ed25519 = fromHex('300506032b6570')

/** The parts of a certificate, each one whole element unless said otherwise. */
export type Parts = {
  readonly version: Uint8Array
  readonly serialNumber: Uint8Array
  readonly innerAlgorithm: Uint8Array
  readonly issuer: Uint8Array
  readonly validity: Uint8Array
  readonly subject: Uint8Array
  readonly spki: Uint8Array
  /** Whole extensions; an empty list leaves the field out. */
  readonly extensions: readonly Uint8Array[]
  /** Behind the last field of the signed part. */
  readonly trailing: Uint8Array
  readonly outerAlgorithm: Uint8Array
  readonly signature: Uint8Array
}

export function assemble(parts: Parts): Uint8Array {
  const extensions =
    parts.extensions.length === 0 ? [] : [der.element(constructed(3), der.sequence(...parts.extensions))]
  const body = der.sequence(
    parts.version,
    parts.serialNumber,
    parts.innerAlgorithm,
    parts.issuer,
    parts.validity,
    parts.subject,
    parts.spki,
    ...extensions,
    parts.trailing,
  )
  return der.sequence(body, parts.outerAlgorithm, parts.signature)
}

/** The parts of a certificate, encoded anew from what was parsed of it; only unknown extensions are taken as they are. */
export function partsOf(certificate: Certificate): Parts {
  const algorithm = certificate.algorithm === 'ES256' ? ecdsaWithSha256 : ed25519
  const { signature } = certificate
  return {
    version: der.element(constructed(0), der.smallInteger(2)),
    serialNumber: der.unsignedInteger(certificate.serialNumber),
    innerAlgorithm: algorithm,
    issuer: name(certificate.issuer),
    validity: der.sequence(der.time(certificate.notBefore), der.time(certificate.notAfter)),
    subject: name(certificate.subject),
    spki: certificate.key.spki,
    extensions: certificate.extensions.map((extension) => encodeExtension(extension, certificate)),
    trailing: new Uint8Array(0),
    outerAlgorithm: algorithm,
    signature: der.wholeBitString(certificate.algorithm === 'ES256' ? derFromRaw(signature) : signature),
  }
}

export function reassemble(certificate: Certificate): Uint8Array {
  return assemble(partsOf(certificate))
}

export function name({ attributes }: Pick<Certificate['subject'], 'attributes'>): Uint8Array {
  return der.sequence(
    ...attributes.map(({ type, form, text }) =>
      der.element(tag.set, der.sequence(der.objectIdentifier(type), der.text(form, text))),
    ),
  )
}

export function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  const head = critical ? concat(der.objectIdentifier(id), der.boolean(true)) : der.objectIdentifier(id)
  return der.sequence(head, der.octetString(value))
}

export function generalName(alternative: AlternativeName): Uint8Array {
  switch (alternative.kind) {
    case 'dns':
      return der.element(primitive(2), utf8(alternative.name))
    case 'uri':
      return der.element(primitive(6), utf8(alternative.uri))
    case 'ip':
      return der.element(primitive(7), alternative.address)
    case 'hardware-module': {
      const value = der.sequence(
        der.objectIdentifier(alternative.hardwareType),
        der.octetString(alternative.serialNumber),
      )
      return der.element(constructed(0), der.objectIdentifier(hardwareModuleName), der.element(constructed(0), value))
    }
  }
}

function encodeExtension({ id, critical, value }: Extension, certificate: Certificate): Uint8Array {
  const encode = encoders[id]
  return extension(id, critical, encode === undefined ? value : encode(certificate))
}

const encoders: Readonly<Record<string, (certificate: Certificate) => Uint8Array>> = {
  [extensionId.basicConstraints]: ({ basicConstraints }) => {
    const parts: Uint8Array[] = []
    if (basicConstraints?.authority === true) parts.push(der.boolean(true))
    if (basicConstraints?.pathLength !== undefined) parts.push(der.smallInteger(basicConstraints.pathLength))
    return der.sequence(...parts)
  },
  [extensionId.keyUsage]: ({ keyUsage = [] }) =>
    der.namedBits(new Set(keyUsage.map((word) => keyUsages.indexOf(word)))),
  [extensionId.extKeyUsage]: ({ extendedKeyUsage = [] }) => der.sequence(...extendedKeyUsage.map(der.objectIdentifier)),
  [extensionId.subjectAltName]: ({ alternativeNames = [] }) => der.sequence(...alternativeNames.map(generalName)),
  [extensionId.subjectKeyIdentifier]: ({ subjectKeyIdentifier }) => der.octetString(present(subjectKeyIdentifier)),
  [extensionId.authorityKeyIdentifier]: ({ authorityKeyIdentifier }) =>
    der.sequence(der.element(primitive(0), present(authorityKeyIdentifier))),
  [extensionId.device]: ({ device }) => {
    const { chain, model, batch, firmware } = present(device)
    return der.sequence(
      ...[chain, model, batch].map((word) => der.text('utf8', word)),
      der.sequence(...firmware.map(der.smallInteger)),
    )
  },
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('the extension is listed but its value is not there')
  return value
}
