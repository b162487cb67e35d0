// Lets an identity of a federation bridge act as a user-assigned managed identity. Nothing here is secret.
// Entra compares issuer, subject and audience exactly, case included. At most 20 such credentials on one identity.

@description('The bridge\'s issuer URL, as in https://federation.example.com.')
param bridgeUrl string

@description('The sub of the identity that may come in, as in ci/acme/deployer.')
@maxLength(600)
param principal string

@description('The aud of the bridge\'s tokens for this directory: the id (or the resource) of its Audience document.')
param audience string = 'azure'

@description('The name of the managed identity.')
param identityName string = 'federation-bridge'

param location string = resourceGroup().location

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: identityName
  location: location
}

resource bridge 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2023-01-31' = {
  parent: identity
  name: 'federation-bridge'
  properties: {
    issuer: bridgeUrl
    subject: principal
    audiences: [
      audience
    ]
  }
}

@description('For --azure-client-id of fedbridge exec and credential-config.')
output clientId string = identity.properties.clientId

@description('For --tenant-id.')
output tenantId string = identity.properties.tenantId
