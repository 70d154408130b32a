// The simulated exchange's own CA and leaf certificate, in files; simulation.

import Crypto
import Foundation
import SwiftASN1
import X509

/// A CA that may vouch for loopback alone, and the one leaf key it signed for. The CA's key is never written
/// and is gone when `make` returns, so whoever trusts `exchange-ca.pem` trusts nothing else by it.
struct CertificateFolder {
  let directory: String

  var authorityFile: String { directory + "/exchange-ca.pem" }
  var leafFile: String { directory + "/exchange-leaf.pem" }
  /// The same leaf without addresses, for clients that ask for `localhost` by name.
  var namedLeafFile: String { directory + "/exchange-localhost.pem" }
  var keyFile: String { directory + "/exchange-leaf.key" }

  /// Both certificates end together: without its key the CA can sign no second leaf.
  static let lifeDays = 397
  /// A leaf that ends sooner than this is made anew at start.
  static let renewalDays = 7

  /// The files as they are when they fit together and are valid at `now`, else new ones.
  func prepare(now: Date = Date()) throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    if isUsable(now: now) { return }
    try make(now: now)
  }

  func isUsable(now: Date) -> Bool {
    guard let authority = try? certificate(authorityFile), let leaf = try? certificate(leafFile),
      (try? certificate(namedLeafFile)) != nil,
      let keyText = try? String(contentsOfFile: keyFile, encoding: .utf8),
      let key = try? P256.Signing.PrivateKey(pemRepresentation: keyText),
      let mode = try? FileManager.default.attributesOfItem(atPath: keyFile)[.posixPermissions]
        as? NSNumber
    else { return false }
    let margin = TimeInterval(CertificateFolder.renewalDays * 86_400)
    return mode.intValue & 0o077 == 0
      && leaf.publicKey == Certificate.PublicKey(key.publicKey)
      && authority.publicKey.isValidSignature(leaf.signature, for: leaf)
      && leaf.notValidBefore <= now && leaf.notValidAfter > now.addingTimeInterval(margin)
  }

  private func certificate(_ path: String) throws -> Certificate {
    try Certificate(pemEncoded: String(contentsOfFile: path, encoding: .utf8))
  }

  private func make(now: Date) throws {
    let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let leafKey = P256.Signing.PrivateKey()
    let begin = now.addingTimeInterval(-3_600)
    let end = now.addingTimeInterval(TimeInterval(CertificateFolder.lifeDays * 86_400))
    let authorityName = try DistinguishedName {
      CommonName("LLMTrading simulated exchange, loopback only")
    }
    let authority = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: authorityKey.publicKey,
      notValidBefore: begin, notValidAfter: end, issuer: authorityName, subject: authorityName,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true))
        Critical(
          NameConstraints(
            permittedDNSDomains: ["localhost"],
            permittedIPRanges: [
              ASN1OctetString(contentBytes: [127, 0, 0, 0, 255, 0, 0, 0]),
              ASN1OctetString(
                contentBytes: ArraySlice(
                  [UInt8](repeating: 0, count: 15) + [1] + [UInt8](repeating: 255, count: 16))),
            ]))
        SubjectKeyIdentifier(hash: authorityKey.publicKey)
      },
      issuerPrivateKey: authorityKey)
    // BoringSSL refuses any chain in which both an IP constraint and an IP name stand, so whoever asks
    // for `localhost` by name is shown a leaf that has that name alone; same key, same constraints.
    let leaf = try sign(leafKey, addresses: true, authorityKey, authorityName, begin, end)
    let named = try sign(leafKey, addresses: false, authorityKey, authorityName, begin, end)
    try write(leafKey.pemRepresentation + "\n", to: keyFile)
    try write(leaf.serializeAsPEM().pemString + "\n", to: leafFile)
    try write(named.serializeAsPEM().pemString + "\n", to: namedLeafFile)
    try write(authority.serializeAsPEM().pemString + "\n", to: authorityFile)
  }

  private func sign(
    _ leafKey: P256.Signing.PrivateKey, addresses: Bool, _ authorityKey: Certificate.PrivateKey,
    _ authorityName: DistinguishedName, _ begin: Date, _ end: Date
  ) throws -> Certificate {
    var names: [GeneralName] = [.dnsName("localhost")]
    if addresses {
      names.append(.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])))
      names.append(
        .ipAddress(
          ASN1OctetString(contentBytes: ArraySlice([UInt8](repeating: 0, count: 15) + [1]))))
    }
    return try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(),
      publicKey: Certificate.PublicKey(leafKey.publicKey),
      notValidBefore: begin, notValidAfter: end, issuer: authorityName,
      subject: try DistinguishedName { CommonName("localhost") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(names)
        AuthorityKeyIdentifier(
          keyIdentifier: SubjectKeyIdentifier(hash: authorityKey.publicKey).keyIdentifier)
        SubjectKeyIdentifier(hash: Certificate.PublicKey(leafKey.publicKey))
      },
      issuerPrivateKey: authorityKey)
  }

  /// Mode 0600 from the first byte on, and whole or not at all.
  private func write(_ text: String, to path: String) throws {
    let temporary = path + ".new"
    try? FileManager.default.removeItem(atPath: temporary)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor < 0 {
      throw ExchangeError.certificate("cannot make \(temporary): errno \(errno)")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
    if unsafe rename(temporary, path) != 0 {
      throw ExchangeError.certificate("cannot name \(path): errno \(errno)")
    }
  }
}
