import { Type } from 'typebox'
import { parseCertificate } from '../../../pki/certificate/index.ts'
import { certificates, pkiError } from '../../../pki/contract/index.ts'
import { judge } from '../../../pki/status/index.ts'
import { fromHex, toHex, utf8 } from '../../../src/codec/index.ts'
import { standings, withdrawnAlgorithms } from '../../../src/governance/index.ts'
import { type LedgerNode, nodeError } from '../../../src/node/index.ts'
import { CertificateView } from '../certificate-view.ts'
import { newestHeader } from '../provable-height.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { base64, HexDigest, instant } from '../schemas.ts'

export const readCertificate = defineRoute({
  method: 'GET',
  path: '/v1/certificates/:fingerprint',
  operation: 'readCertificate',
  group: 'certificates',
  summary: "A certificate's record, and the verdict about it at the time of the newest block. Trust is in the proof.",
  parameters: Type.Object({ fingerprint: HexDigest }, { additionalProperties: false }),
  answers: { 200: json('The certificate has been published.', CertificateView) },
  refusals: [pkiError.numberOf('unknown-certificate'), nodeError.numberOf('not-ready')],
  answer: async (node: Pick<LedgerNode, 'chain' | 'signedHeader'>, { parameters: { fingerprint } }) => {
    const digest = fromHex(fingerprint)
    const view = await node.chain.view('head')
    try {
      const record = await view.get(certificates, digest)
      if (record === undefined) throw pkiError('unknown-certificate', { fingerprint })
      const standing = await view.get(standings, utf8(record.manufacturer))
      const withdrawn = await view.get(withdrawnAlgorithms, new Uint8Array(0))
      const der = await node.chain.store.blob(digest)
      const { head } = node.chain
      if (standing === undefined || withdrawn === undefined || der === undefined || head === undefined) {
        throw nodeError('not-ready')
      }
      const certificate = parseCertificate(der)
      const header = await newestHeader(node)
      return answerJson(200, {
        fingerprint,
        manufacturer: record.manufacturer,
        serial: record.serial,
        algorithm: record.algorithm,
        key: toHex(record.key),
        model: record.model,
        batch: record.batch,
        firmware: record.firmware,
        notBefore: instant(certificate.notBefore),
        notAfter: instant(certificate.notAfter),
        states: record.states.map((entry) => ({ ...entry, time: instant(entry.time) })),
        ...judge({ certificate, record, standing, withdrawn }, head.time),
        judgedAt: instant(head.time),
        certificate: base64(der),
        ...(header > record.states.at(-1)!.height ? { headerHeight: header } : {}),
      })
    } finally {
      await view.close()
    }
  },
})
