#!/usr/bin/env python3
"""How a container runs is read from the Dockerfile, and says what it should."""

import unittest

import image_modules
import settings

DOCKERFILE = """\
FROM debian AS build
ENTRYPOINT ["/compiler"]
RUN something

FROM scratch
ARG VERSION=1
ARG REVISION
# A comment that says USER 0
USER 65532:65532
ENV A=1 B="two words"
EXPOSE 1/tcp 2/tcp
LABEL version="$VERSION" \\
      revision=${REVISION}
ENTRYPOINT ["/program", "--flag"]
"""


class SettingsTest(unittest.TestCase):
    def test_the_last_stage_counts(self):
        self.assertEqual(settings.settings(DOCKERFILE, {"REVISION": "abc"}), {
            "User": "65532:65532",
            "Env": ["A=1", "B=two words"],
            "ExposedPorts": {"1/tcp": {}, "2/tcp": {}},
            "Labels": {"version": "1", "revision": "abc"},
            "Entrypoint": ["/program", "--flag"],
        })

    def test_an_argument_is_stronger_than_its_default(self):
        labels = settings.settings(DOCKERFILE, {"VERSION": "2", "REVISION": ""})["Labels"]
        self.assertEqual(labels, {"version": "2", "revision": ""})

    def test_what_it_does_not_know_is_refused(self):
        with self.assertRaisesRegex(ValueError, "VOLUME"):
            settings.settings("FROM scratch\nVOLUME /data\n", {})


class DockerfileTest(unittest.TestCase):
    def setUp(self):
        text = (image_modules.SOURCE / "Dockerfile").read_text()
        self.said = settings.settings(text, {"REVISION": "abc"})

    def test_it_runs_as_nobody_in_particular(self):
        self.assertEqual(self.said["User"], "65532:65532")

    def test_the_program_is_the_entry_point_and_no_shell_is_in_between(self):
        self.assertEqual(self.said["Entrypoint"], ["/keda-gpu-scaler"])

    def test_the_driver_library_is_asked_of_nvidias_toolkit(self):
        self.assertIn("NVIDIA_DRIVER_CAPABILITIES=utility", self.said["Env"])

    def test_ports_are_the_programs(self):
        self.assertEqual(set(self.said["ExposedPorts"]),
                         {"6000/tcp", "6001/tcp", "8081/tcp", "9090/tcp"})

    def test_labels_are_ocis_and_none_is_empty(self):
        for name, value in self.said["Labels"].items():
            self.assertTrue(name.startswith("org.opencontainers.image."), name)
            self.assertTrue(value, name)


if __name__ == "__main__":
    unittest.main()
