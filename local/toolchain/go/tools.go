//go:build tools

// Package toolchain pins the Pulumi CLI that local/toolchain/goBuild.ts builds where no released one is to be had. After
// a change of the version in go.mod: go mod tidy, and the same version in package.json and versions.ts.
package toolchain

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
