from pathlib import Path

import pytest
import yaml

from federation.local.routes import load_template, resources

TEXT = """
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "${AWS::StackName}-table"
      Name: !Ref Name
      Arn: !GetAtt Key.Arn
      Nested: !If [InProduction, !Ref A, !Ref "AWS::NoValue"]
      Joined: !Join ["-", [!Ref A, b]]
      Mapped: !Sub ["${X}", {X: !GetAtt Table.StreamArn}]
  Bucket:
    Type: AWS::S3::Bucket
"""


@pytest.fixture
def template_file(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_short_tags_become_their_long_form(template_file: Path) -> None:
    (_, properties), *_ = resources(load_template(template_file), "AWS::DynamoDB::Table")
    assert properties == {
        "TableName": {"Fn::Sub": "${AWS::StackName}-table"},
        "Name": {"Ref": "Name"},
        "Arn": {"Fn::GetAtt": ["Key", "Arn"]},
        "Nested": {"Fn::If": ["InProduction", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]},
        "Joined": {"Fn::Join": ["-", [{"Ref": "A"}, "b"]]},
        "Mapped": {"Fn::Sub": ["${X}", {"X": {"Fn::GetAtt": ["Table", "StreamArn"]}}]},
    }


def test_a_resource_without_properties_has_none(template_file: Path) -> None:
    assert list(resources(load_template(template_file), "AWS::S3::Bucket")) == [("Bucket", {})]


def test_tags_that_would_make_objects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("a: !!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(yaml.YAMLError):
        load_template(path)
