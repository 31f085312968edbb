/** subjectAltName (RFC 5280 section 4.2.1.6), in the kinds that a device has use for. */
import type { AlternativeName } from './certificate.ts'
import { constructed, type DerReader, der, primitive, tag } from './der/index.ts'
import { certificateError } from './errors.ts'
import { maximumAlternativeNames, maximumHardwareSerialOctets, maximumUriCharacters } from './limits.ts'
import { hardwareModuleName } from './object-identifiers.ts'

/** Context tags of GeneralName. */
const generalName = { other: constructed(0), dns: primitive(2), uri: primitive(6), ip: primitive(7) } as const

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/
const absoluteUri = /^[a-z][a-z0-9+.-]*:[!-~]+$/

/**
 * Reads the names of the extension's value. Host names are lower-case letters, digits and hyphens (RFC 1034 section 3.5),
 * without wildcards: a device has one name. URIs are absolute, their scheme in lower case.
 * @throws certificate.alternative-name, certificate.alternative-names-count and the codes of `der`
 */
export function readAlternativeNames(reader: DerReader): readonly AlternativeName[] {
  const offset = reader.offset
  const content = reader.enter(tag.sequence)
  const names: AlternativeName[] = []
  while (!content.atEnd && names.length < maximumAlternativeNames) names.push(readOne(content))
  if (names.length === 0 || !content.atEnd) {
    throw certificateError('alternative-names-count', { offset, limit: maximumAlternativeNames })
  }
  return names
}

/** The hardwareModuleName alone, as the extension's value: what an issuing line writes. */
export function writeHardwareModuleName(hardwareType: string, serialNumber: Uint8Array): Uint8Array {
  const name = der.sequence(der.objectIdentifier(hardwareType), der.octetString(serialNumber))
  return der.sequence(
    der.element(generalName.other, der.objectIdentifier(hardwareModuleName), der.element(constructed(0), name)),
  )
}

function readOne(reader: DerReader): AlternativeName {
  const offset = reader.offset
  if (reader.nextIs(generalName.dns)) {
    const name = reader.text('ia5', 253, generalName.dns)
    if (!hostName.test(name)) refuse(offset, 'a host name of lower-case letters, digits and hyphens')
    return { kind: 'dns', name }
  }
  if (reader.nextIs(generalName.uri)) {
    const uri = reader.text('ia5', maximumUriCharacters, generalName.uri)
    if (!absoluteUri.test(uri)) refuse(offset, 'an absolute URI')
    return { kind: 'uri', uri }
  }
  if (reader.nextIs(generalName.ip)) {
    const address = reader.octetString(16, generalName.ip)
    if (address.length !== 4 && address.length !== 16) refuse(offset, 'an IP address of 4 or 16 octets')
    return { kind: 'ip', address }
  }
  if (reader.nextIs(generalName.other)) return readHardwareModuleName(reader.enter(generalName.other))
  return refuse(offset, 'a dNSName, uniformResourceIdentifier, iPAddress or hardwareModuleName')
}

function readHardwareModuleName(other: DerReader): AlternativeName {
  const { offset } = other
  const type = other.objectIdentifier()
  if (type !== hardwareModuleName) refuse(offset, `the otherName ${hardwareModuleName} (hardwareModuleName)`)
  const explicit = other.enter(constructed(0))
  other.close()
  const name = explicit.enter(tag.sequence)
  explicit.close()
  const hardwareType = name.objectIdentifier()
  const serialNumber = name.octetString(maximumHardwareSerialOctets)
  name.close()
  return { kind: 'hardware-module', hardwareType, serialNumber }
}

function refuse(offset: number, expected: string): never {
  throw certificateError('alternative-name', { offset, expected })
}
