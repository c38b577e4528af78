"""The laboratory: namespaces, routers, clients, captures. Used by the system tests, the benches and ./up.

Everything a Lab makes is removed when it closes; only processes it started are ever signalled, always by pid.
"""
# SPDX-License-Identifier: Apache-2.0
