/** Ranges of device serials: the same reading for vouchers and for mass revocations. */
import { Row, Text, type ValueOf } from '../../src/codec/index.ts'
import { deviceSerialPattern } from '../certificate/index.ts'

export const DeviceSerial = Text({ maximum: 64, pattern: deviceSerialPattern.source })

/** Serials of the same length, in byte order, both ends included. */
export const SerialRange = Row({ from: DeviceSerial, to: DeviceSerial })
export type SerialRange = ValueOf<typeof SerialRange>

/** Whether the ends are of equal length and in order. */
export function isRising({ from, to }: SerialRange): boolean {
  return from.length === to.length && from <= to
}

/** Serials are ASCII: the order of their characters is that of their bytes. */
export function isWithin(serial: string, { from, to }: SerialRange): boolean {
  return serial.length === from.length && from <= serial && serial <= to
}
