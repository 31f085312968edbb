import type { Command } from 'commander'
import {
  findCertificates,
  givenPassphrase,
  openSigner,
  type PublicationVerdict,
  publishCertificates,
  type UnreadCertificate,
} from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { passphraseOption, type SignerOptions, signerOption } from '../options.ts'
import { shown, table } from '../table.ts'

/** Refused items that are shown to a person one by one. */
const maximumShown = 20

/** One item of the answer, by the place that it came from. */
type Item = {
  readonly file: string
  readonly index: number | null
  readonly fingerprint: string | null
  readonly serial: string | null
  readonly code: string
  readonly message: string
}

export function certificatePublish(parent: Command, frame: Frame): void {
  parent
    .command('publish')
    .description(
      'Publish certificates from files, folders and bundles. Each is judged by itself; exit code 1 if any was refused.',
    )
    .argument('<path...>', 'certificate files (PEM or DER), PEM bundles, or folders of them')
    .addOption(signerOption())
    .addOption(passphraseOption())
    .addHelpText(
      'after',
      '\nExample: commonroot certificate publish devices --signer .commonroot/members/vendor-aurora.key',
    )
    .action(
      frame(async ({ node, terminal, signal }, paths: string[], options: SignerOptions) => {
        const { certificates, unread, repeated } = await findCertificates(paths)
        const { chain } = await node.chain()
        const signer = await openSigner(node, chain, options.signer, await givenPassphrase(options.passphraseFile))
        const bar = terminal.progress('Publishing', certificates.length)
        const onProgress = (done: number) => bar.to(done)
        const verdicts = await publishCertificates({ node, signer, certificates, onProgress, signal }).finally(() =>
          bar.end(),
        )
        const items = [...verdicts.map(judgedItem), ...unread.map(unreadItem)]
        const published = items.filter(({ code }) => code === 'done').length
        const unchanged = items.filter(({ code }) => code === 'unchanged').length
        const refused = items.filter(({ code }) => code !== 'done' && code !== 'unchanged')
        const counts = [
          `${published} published`,
          `${unchanged} published before`,
          `${refused.length} refused`,
          ...(repeated > 0 ? [`${repeated} given more than once`] : []),
        ]
        return {
          value: { chain, member: signer.member, published, unchanged, refused: refused.length, repeated, items },
          lines: [...table(refused.slice(0, maximumShown).map(rowOf)), ...more(refused.length), counts.join(', ')],
          refused: refused.length > 0,
        }
      }),
    )
}

function judgedItem({ certificate, code, message }: PublicationVerdict): Item {
  const { file, index, fingerprint, serial } = certificate
  return { file, index, fingerprint, serial, code, message }
}

function unreadItem({ file, index, error }: UnreadCertificate): Item {
  const { code, message } = error
  return { file, index: index ?? null, fingerprint: null, serial: null, code, message }
}

function rowOf({ file, index, serial, code, message }: Item): readonly string[] {
  const place = index === null || index === 0 ? file : `${file}[${index}]`
  return [place, serial ?? '', code, message].map(shown)
}

function more(refused: number): readonly string[] {
  return refused > maximumShown ? [`... and ${refused - maximumShown} more; --json lists all`] : []
}
