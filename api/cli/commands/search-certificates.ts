import { type Command, Option } from 'commander'
import { searchStates } from '../../../pki/search/index.ts'
import { type CertificateQuery, type SearchAnswer, searchCertificates as search } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { firmware, memberId, time, wholeNumber } from '../options.ts'
import { shown, table } from '../table.ts'

type Options = Omit<CertificateQuery, 'firmware' | 'expiresFrom' | 'expiresBefore'> & {
  readonly firmware?: readonly number[]
  readonly expiresFrom?: bigint
  readonly expiresBefore?: bigint
  readonly limit: number
}

/** Certificates that one command shows at most. */
const maximumShown = 100_000

export function searchCertificates(parent: Command, frame: Frame): void {
  parent
    .command('certificates')
    .description(
      'Find certificates that fit all that is given, in the order of their publication. The node verifies each row ' +
        'against its state; that none is missing is its claim.',
    )
    .addOption(new Option('--manufacturer <member>', 'O of the subject: a member').argParser(memberId))
    .option('--serial <serial>', 'serialNumber of the subject: the device')
    .option('--common-name <name>', 'CN of the subject')
    .option('--model <model>', 'model of the device')
    .option('--batch <batch>', 'batch of the device')
    .addOption(new Option('--firmware <version>', 'version of the firmware, such as 2.10.7').argParser(firmware))
    .addOption(
      new Option('--state <state>', 'as recorded, mass revocations included; expiry has options of its own').choices(
        searchStates,
      ),
    )
    .addOption(new Option('--expires-from <time>', 'it expires then or later (ISO 8601)').argParser(time))
    .addOption(new Option('--expires-before <time>', 'it expires before (ISO 8601)').argParser(time))
    .addOption(
      new Option('--limit <n>', 'how many to show at most').default(20).argParser(wholeNumber(1, maximumShown)),
    )
    .addHelpText('after', '\nExample: commonroot search certificates --model cell-5 --state revoked')
    .action(
      frame(async ({ node, terminal }, { limit, firmware: version, expiresFrom, expiresBefore, ...same }: Options) => {
        const found = await search(
          node,
          {
            ...same,
            ...(version === undefined ? {} : { firmware: version.join('.') }),
            ...(expiresFrom === undefined ? {} : { expiresFrom: textOf(expiresFrom) }),
            ...(expiresBefore === undefined ? {} : { expiresBefore: textOf(expiresBefore) }),
          },
          limit,
        )
        const [title, ...rows] = rowsOf(found)
        return { value: found, lines: [terminal.paint('bold', title ?? ''), ...rows, '', worthOf(found)] }
      }),
    )
}

function textOf(milliseconds: bigint): string {
  return new Date(Number(milliseconds)).toISOString()
}

function rowsOf({ certificates }: SearchAnswer): readonly string[] {
  return table([
    ['SERIAL', 'MANUFACTURER', 'MODEL', 'BATCH', 'FIRMWARE', 'EXPIRES', 'VERDICT', 'FINGERPRINT'],
    ...certificates.map(({ serial, manufacturer, model, batch, firmware: version, notAfter, verdict, fingerprint }) =>
      [serial, manufacturer, model, batch, version.join('.'), notAfter, verdict, fingerprint].map(shown),
    ),
  ])
}

function worthOf({ certificates, more, followedFrom, followedHeight, height }: SearchAnswer): string {
  const count = `${certificates.length} found${more ? ', and there are more (--limit)' : ''}`
  const index = `index of blocks ${followedFrom} to ${followedHeight}, the newest is ${height}`
  return `${count}; ${index}; every row verified by the node, completeness claimed`
}
