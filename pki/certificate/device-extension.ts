/**
 * The ledger's own extension, never critical, so that software that does not know it still accepts the certificate:
 *
 *     DeviceDescription ::= SEQUENCE {
 *       chain     UTF8String,                        -- the chain that the certificate is made for
 *       model     UTF8String (SIZE (1..64)),
 *       batch     UTF8String (SIZE (1..64)),
 *       firmware  SEQUENCE SIZE (1..8) OF INTEGER (0..2147483647) }
 */
import { ChainId, conform } from '../../src/codec/index.ts'
import type { DeviceDescription } from './certificate.ts'
import { type DerReader, der, tag } from './der/index.ts'
import { certificateError } from './errors.ts'
import { maximumDeviceTextCharacters, maximumFirmwareNumber, maximumFirmwareNumbers } from './limits.ts'

/** Characters of a chain id, as `ChainId` has them. */
const maximumChainCharacters = 50

/** @throws certificate.device-chain, certificate.device-firmware-count and the codes of `der` */
export function readDeviceDescription(reader: DerReader): DeviceDescription {
  const content = reader.enter(tag.sequence)
  const offset = content.offset
  const chain = content.text('utf8', maximumChainCharacters)
  checkChain(chain, offset)
  const model = content.text('utf8', maximumDeviceTextCharacters)
  const batch = content.text('utf8', maximumDeviceTextCharacters)
  const firmware = readFirmware(content)
  content.close()
  return { chain, model, batch, firmware }
}

export function writeDeviceDescription({ chain, model, batch, firmware }: DeviceDescription): Uint8Array {
  return der.sequence(
    der.text('utf8', chain),
    der.text('utf8', model),
    der.text('utf8', batch),
    der.sequence(...firmware.map(der.smallInteger)),
  )
}

function checkChain(chain: string, offset: number): void {
  try {
    conform(ChainId, chain)
  } catch (cause) {
    throw certificateError('device-chain', { offset, chain }, cause)
  }
}

function readFirmware(reader: DerReader): readonly number[] {
  const offset = reader.offset
  const content = reader.enter(tag.sequence)
  const numbers: number[] = []
  while (!content.atEnd && numbers.length < maximumFirmwareNumbers) {
    numbers.push(content.smallInteger(maximumFirmwareNumber))
  }
  if (numbers.length === 0 || !content.atEnd) {
    throw certificateError('device-firmware-count', { offset, limit: maximumFirmwareNumbers })
  }
  return numbers
}
