import type { Command } from 'commander'
import type { CertificateAnswer } from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { certificateOrFingerprint, namedCertificate } from '../options.ts'
import { shown, table } from '../table.ts'

export function certificateShow(parent: Command, frame: Frame): void {
  parent
    .command('show')
    .description("Show a certificate's record on the ledger with its whole history. What proves it is `proof get`.")
    .argument('<certificate>', certificateOrFingerprint)
    .addHelpText('after', '\nExample: commonroot certificate show SN-0001.pem')
    .action(
      frame(async ({ node }, word: string) => {
        const record = await node.certificate((await namedCertificate(word)).fingerprint)
        return { value: record, lines: linesOf(record) }
      }),
    )
}

function linesOf(record: CertificateAnswer): readonly string[] {
  const facts = table(
    [
      ['fingerprint', record.fingerprint],
      ['manufacturer', record.manufacturer],
      ['serial', record.serial],
      ['model', record.model],
      ['batch', record.batch],
      ['firmware', record.firmware.join('.')],
      ['algorithm', record.algorithm],
      ['key', record.key],
      ['valid', `${record.notBefore} to ${record.notAfter}`],
      ['verdict', `${record.verdict} (${record.code}), judged at ${record.judgedAt}`],
    ].map((row) => row.map(shown)),
  )
  const states = record.states.map(({ state, reason, height, time }) => [
    '',
    shown(state),
    `since block ${height}`,
    shown(time),
    shown(reason ?? ''),
  ])
  return [...facts, 'history', ...table(states).map((line) => line.trimEnd())]
}
