// The API's description, embedded in the binary; control plane.

/// OpenAPI 3.1; tests hold it against the route table, both ways.
public enum ConsoleDocument {
  public static var bytes: [UInt8] { PackageResources.openapi_json }
}
