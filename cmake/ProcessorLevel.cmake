# The processor that kernels are compiled for: the project's own (nn/cpu, the codec's, those of training) and ggml's.
# "native" is the one that compiles. A build for others names a level; scripts/make-deb makes one program a level, and
# apps/launcher starts the best one that a processor can run. Everything else runs on any processor of the architecture.
set(ECHOLLAMA_LEVEL native CACHE STRING "Instructions of kernels: native, or a level of cmake/ProcessorLevel.cmake")

# What each level adds to the one before it. Levels by their processors:
#   x86-64-v2     all since 2009                       avx512        Skylake-X, Ice Lake
#   avx2          Haswell 2013, Zen 2017 and later     avx512-bf16   Zen 4, Sapphire Rapids
#   avx-vnni      Alder Lake 2021 and later            amx           Sapphire Rapids, Emerald Rapids, Granite Rapids
#   armv8         all with 64 bits                     armv8-dot     Cortex-A75, Raspberry Pi 5 and later
set(levels_of_x86 x86-64-v2 avx2 avx-vnni avx512 avx512-bf16 amx)
set(levels_of_arm armv8 armv8-dot)
set(flags_x86-64-v2 -march=x86-64-v2)
set(flags_avx2 -march=x86-64-v3)
set(flags_avx-vnni -march=x86-64-v3 -mavxvnni)
set(flags_avx512 -march=x86-64-v4)
set(flags_avx512-bf16 -march=x86-64-v4 -mavx512vbmi -mavx512vnni -mavx512bf16)
set(flags_amx ${flags_avx512-bf16} -mamx-tile -mamx-int8 -mamx-bf16)
set(flags_armv8 -march=armv8-a)
set(flags_armv8-dot -march=armv8.2-a+dotprod)
set(ggml_x86-64-v2 SSE42)
set(ggml_avx2 ${ggml_x86-64-v2} AVX AVX2 BMI2 FMA F16C)
set(ggml_avx-vnni ${ggml_avx2} AVX_VNNI)
set(ggml_avx512 ${ggml_avx2} AVX512)
set(ggml_avx512-bf16 ${ggml_avx512} AVX512_VBMI AVX512_VNNI AVX512_BF16)
set(ggml_amx ${ggml_avx512-bf16} AMX_TILE AMX_INT8 AMX_BF16)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(ECHOLLAMA_LEVELS ${levels_of_x86}) # what this architecture has
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(ECHOLLAMA_LEVELS ${levels_of_arm})
endif()

if(ECHOLLAMA_LEVEL STREQUAL native)
  set(ECHOLLAMA_LEVEL_FLAGS -march=native)
  if(MSVC OR CMAKE_CROSSCOMPILING)
    set(ECHOLLAMA_LEVEL_FLAGS "")
  endif()
elseif(ECHOLLAMA_LEVEL IN_LIST ECHOLLAMA_LEVELS)
  set(ECHOLLAMA_LEVEL_FLAGS ${flags_${ECHOLLAMA_LEVEL}})
  set(GGML_NATIVE OFF CACHE BOOL "" FORCE)
  if(ECHOLLAMA_LEVEL IN_LIST levels_of_arm)
    list(TRANSFORM ECHOLLAMA_LEVEL_FLAGS REPLACE "-march=" "" OUTPUT_VARIABLE arm)
    set(GGML_CPU_ARM_ARCH "${arm}" CACHE STRING "" FORCE)
  else()
    foreach(option SSE42 AVX AVX2 BMI2 FMA F16C AVX_VNNI AVX512 AVX512_VBMI AVX512_VNNI AVX512_BF16 AMX_TILE AMX_INT8 AMX_BF16)
      list(FIND ggml_${ECHOLLAMA_LEVEL} ${option} at)
      set(has OFF)
      if(at GREATER_EQUAL 0)
        set(has ON)
      endif()
      set(GGML_${option} ${has} CACHE BOOL "" FORCE)
    endforeach()
  endif()
else()
  list(JOIN ECHOLLAMA_LEVELS ", " known)
  message(FATAL_ERROR "ECHOLLAMA_LEVEL is '${ECHOLLAMA_LEVEL}'; for this architecture it can be native, ${known}.")
endif()
