/**
 * Certificate times (RFC 5280 section 4.1.2.5) as milliseconds since 1970, by calendar arithmetic alone: neither `Date`
 * nor a time zone takes part.
 */
import { utf8 } from '../../../src/codec/index.ts'
import { derError } from './errors.ts'
import { tag } from './tag.ts'

/** `99991231235959Z`, the value for "no well-defined expiration" (RFC 5280 section 4.1.2.5), in milliseconds. */
export const noExpiration = 253_402_300_799_000n

/** The first year that GeneralizedTime is for; UTCTime carries the years before it. */
const firstGeneralizedYear = 2050

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const zero = 0x30

/**
 * Reads `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` from `bytes[start, end)`. Years before 1970 are refused although UTCTime
 * could name them: times on this ledger count up from 1970.
 * @throws der.time
 */
export function readTime(identifier: number, bytes: Uint8Array, start: number, end: number): bigint {
  const yearDigits = identifier === tag.utcTime ? 2 : 4
  if (end - start !== yearDigits + 11 || bytes[end - 1] !== 0x5a /* Z */) {
    refuse(start, yearDigits === 2 ? 'YYMMDDHHMMSSZ' : 'YYYYMMDDHHMMSSZ')
  }
  const pair = (at: number): number => {
    const tens = bytes[at]! - zero
    const ones = bytes[at + 1]! - zero
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9) refuse(start, 'made of digits and a final Z')
    return tens * 10 + ones
  }
  const year = yearDigits === 2 ? yearOf(pair(start)) : pair(start) * 100 + pair(start + 2)
  if (year < 1970) refuse(start, 'in 1970 or later')
  if (yearDigits === 4 && year < firstGeneralizedYear) refuse(start, 'UTCTime, which years before 2050 take')
  const rest = start + yearDigits
  const [month, day, hour, minute, second] = [
    pair(rest),
    pair(rest + 2),
    pair(rest + 4),
    pair(rest + 6),
    pair(rest + 8),
  ]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) refuse(start, 'a day of the calendar')
  if (hour > 23 || minute > 59 || second > 59) refuse(start, 'a time of day')
  const days = daysBeforeYear(year) + daysBeforeMonth[month - 1]! + (month > 2 && isLeap(year) ? 1 : 0) + day - 1
  return BigInt((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000)
}

/**
 * The identifier octet and content for a time. `milliseconds` must be whole seconds from 1970 to `noExpiration`.
 * @throws TypeError for any other value
 */
export function timeContent(milliseconds: bigint): { readonly identifier: number; readonly content: Uint8Array } {
  if (milliseconds < 0n || milliseconds > noExpiration || milliseconds % 1000n !== 0n) {
    throw new TypeError(`${milliseconds} ms is no whole second from 1970 to 9999`)
  }
  const seconds = Number(milliseconds / 1000n)
  const days = Math.floor(seconds / 86_400)
  const year = yearOfDay(days)
  let dayOfYear = days - daysBeforeYear(year)
  let month = 1
  while (dayOfYear >= daysIn(year, month)) dayOfYear -= daysIn(year, month++)
  const ofDay = seconds % 86_400
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60]
  const digits = [month, dayOfYear + 1, ...clock].map((part) => String(part).padStart(2, '0')).join('')
  return year < firstGeneralizedYear
    ? { identifier: tag.utcTime, content: utf8(`${String(year % 100).padStart(2, '0')}${digits}Z`) }
    : { identifier: tag.generalizedTime, content: utf8(`${year}${digits}Z`) }
}

function yearOf(twoDigits: number): number {
  return twoDigits < 50 ? 2000 + twoDigits : 1900 + twoDigits
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days from 1970-01-01 to January 1 of a year. */
function daysBeforeYear(year: number): number {
  const past = year - 1
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400)
  return (year - 1970) * 365 + leapDays - 477
}

function yearOfDay(days: number): number {
  let year = 1970 + Math.floor(days / 366)
  while (daysBeforeYear(year + 1) <= days) year++
  return year
}

function refuse(offset: number, expected: string): never {
  throw derError('time', { offset, expected })
}
