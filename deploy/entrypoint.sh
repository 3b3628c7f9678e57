#!/bin/sh
# Runs a main class of the platform: entrypoint.sh io.langevin.sampling.SamplingService
set -eu
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}" ONEDNN_PRIMITIVE_CACHE_CAPACITY="${ONEDNN_PRIMITIVE_CACHE_CAPACITY:-16384}" CUDA_DEVICE_ORDER="${CUDA_DEVICE_ORDER:-PCI_BUS_ID}" OFFLINE="${OFFLINE:-true}" OPT_OUT_TRACKING=true
# PyTorch's exp(), and with it ELU, is up to ten times as slow in AVX-512 (docs/how/decisions/0003).
if grep -qs avx512 /proc/cpuinfo; then
    export ATEN_CPU_CAPABILITY="${ATEN_CPU_CAPABILITY:-avx2}"
fi
exec java ${JAVA_OPTS:--XX:MaxRAMPercentage=50} -Dlangevin.home=/opt/langevin \
    -cp '/opt/langevin/lib/*' "$@"
