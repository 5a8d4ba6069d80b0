//go:build tools

// Package toolchain pins the Pulumi CLI that local/toolchain/goBuild.ts builds if no release can be downloaded. After
// changing the version in go.mod, run go mod tidy and change it in package.json and versions.ts.
package toolchain

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
